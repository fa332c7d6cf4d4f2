#include "roformer/text/tokenizer_facts.h"

#include <algorithm>

namespace roformer::text {
namespace {

SpecialRuns read_runs(const std::vector<TemplatePart>& parts) {
  SpecialRuns runs;
  SpecialRun* run = &runs.before;
  for (const TemplatePart& part : parts) {
    switch (part.kind) {
      case TemplatePart::Kind::special:
        if (part.ids.empty()) runs.complete = false;
        run->ids.insert(run->ids.end(), part.ids.begin(), part.ids.end());
        run->type_ids.insert(run->type_ids.end(), part.ids.size(), part.type_id);
        break;
      case TemplatePart::Kind::first:
        runs.first_type = part.type_id;
        run = &runs.between;
        break;
      case TemplatePart::Kind::second:
        runs.second_type = part.type_id;
        run = &runs.after;
        break;
    }
  }
  return runs;
}

TokenTemplate template_of(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  return config.post_processor ? *config.post_processor : bert_template(vocabulary, config);
}

}  // namespace

TokenTemplate bert_template(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  const auto special = [&](const std::string& token, std::int32_t type) {
    TemplatePart part{.token = token, .type_id = type};
    if (const auto id = vocabulary.find(token); id && !token.empty()) part.ids = {*id};
    return part;
  };
  const TemplatePart first{.kind = TemplatePart::Kind::first};
  const TemplatePart second{.kind = TemplatePart::Kind::second, .type_id = 1};
  const TemplatePart cls = special(config.cls_token, 0), sep = special(config.sep_token, 0);
  return {.single = {cls, first, sep},
          .pair = {cls, first, sep, second, special(config.sep_token, 1)}};
}

SpecialRuns single_runs(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  SpecialRuns runs = read_runs(template_of(vocabulary, config).single);
  runs.after = std::move(runs.between);  // there is no second text
  runs.between = {};
  return runs;
}

SpecialRuns pair_runs(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  return read_runs(template_of(vocabulary, config).pair);
}

std::vector<AddedToken> collect_added_tokens(const Vocabulary& vocabulary,
                                             const TokenizerConfig& config) {
  std::vector<AddedToken> tokens;
  for (AddedToken token : config.added_tokens) {
    const auto id = vocabulary.find(token.content);
    if (!id) continue;
    token.id = *id;
    tokens.push_back(std::move(token));
  }
  for (const std::string* content : {&config.pad_token, &config.unk_token, &config.cls_token,
                                     &config.sep_token, &config.mask_token}) {
    const auto id = vocabulary.find(*content);
    const bool known = std::any_of(tokens.begin(), tokens.end(), [&](const AddedToken& token) {
      return token.content == *content;
    });
    if (id && !known && !content->empty()) tokens.push_back({.content = *content, .id = *id});
  }
  return tokens;
}

TokenizerFacts facts_of(Vocabulary vocabulary, const TokenizerConfig& config,
                        const std::vector<AddedToken>& added_tokens) {
  TokenizerFacts facts;
  facts.source = config.source;
  facts.tokenizer_class = config.tokenizer_class;
  facts.longest = config.model_max_length;
  facts.row = config.row;
  facts.tokens = {.unk = config.unk_token,
                  .pad = config.pad_token,
                  .cls = config.cls_token,
                  .end = config.sep_token,
                  .mask = config.mask_token};
  facts.special.resize(static_cast<std::size_t>(vocabulary.size()));
  for (const AddedToken& token : added_tokens)
    facts.special[static_cast<std::size_t>(token.id)] = token.special;
  facts.single = single_runs(vocabulary, config);
  facts.pair = pair_runs(vocabulary, config);
  facts.vocabulary = std::move(vocabulary);
  return facts;
}

}  // namespace roformer::text
