#include "roformer/text/special_runs.h"

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

}  // namespace roformer::text
