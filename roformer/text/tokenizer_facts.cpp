#include "roformer/text/tokenizer_facts.h"

#include <algorithm>

namespace roformer::text {

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
