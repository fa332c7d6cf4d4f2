// pre_tokenizer of tokenizer.json.
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/json_values.h"
#include "roformer/text/text_steps_json.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using PreTokenizerKind = PreTokenizerStep::Kind;

constexpr std::string_view kPreTokenizerField = "pre_tokenizer";
constexpr int kDeepestPreTokenizer = 16;  // sequences within sequences

constexpr std::pair<std::string_view, PreTokenizerKind> kPlainPreTokenizers[] = {
    {"BertPreTokenizer", PreTokenizerKind::bert},
    {"Whitespace", PreTokenizerKind::whitespace},
    {"WhitespaceSplit", PreTokenizerKind::whitespace_split}};

constexpr std::pair<std::string_view, SplitBehavior> kBehaviors[] = {
    {"Removed", SplitBehavior::removed},
    {"Isolated", SplitBehavior::isolated},
    {"MergedWithPrevious", SplitBehavior::merged_with_previous},
    {"MergedWithNext", SplitBehavior::merged_with_next},
    {"Contiguous", SplitBehavior::contiguous}};

SplitBehavior parse_behavior(const json& part, std::string_view name) {
  const auto given = get<std::string>(part, "behavior", "Isolated", name);
  for (const auto& [word, behavior] : kBehaviors) {
    if (given == word) return behavior;
  }
  base::fail("[text] {}: pre_tokenizer: expected a behavior such as Isolated but got '{}'", name,
             given);
}

std::string_view behavior_name(SplitBehavior behavior) {
  for (const auto& [word, value] : kBehaviors) {
    if (value == behavior) return word;
  }
  return "Isolated";
}

PreTokenizerStep parse_split(const json& part, std::string_view name) {
  const json pattern = part.value("pattern", json());
  const SplitBehavior behavior = parse_behavior(part, name);
  const bool invert = get(part, "invert", false, name);
  if (pattern.is_object() && pattern.contains("String") && pattern["String"].is_string()) {
    PreTokenizerStep step{.kind = PreTokenizerKind::split,
                          .behavior = behavior,
                          .pattern = pattern["String"].get<std::string>(),
                          .invert = invert};
    base::require(!step.pattern.empty(),
                  "[text] {}: pre_tokenizer: expected Split to have a pattern", name);
    return step;
  }
  // The one regular expression that tokenizers of characters use.
  const bool every_character = pattern.is_object() && pattern.contains("Regex") &&
                               pattern["Regex"] == "[\\s\\S]" &&
                               behavior == SplitBehavior::isolated;
  base::require(every_character,
                "[text] {}: pre_tokenizer: Split is supported with a pattern of the form "
                "{{\"String\": …}}, or {{\"Regex\": \"[\\\\s\\\\S]\"}} and Isolated, but got {}",
                name, excerpt(part));
  return {.kind = PreTokenizerKind::characters};
}

PreTokenizerStep parse_delimiter(const json& part, std::string_view name) {
  PreTokenizerStep step{.kind = PreTokenizerKind::split,
                        .behavior = SplitBehavior::removed,
                        .pattern = get<std::string>(part, "delimiter", "", name)};
  base::require(
      unicode::count_code_points(step.pattern) == 1,
      "[text] {}: pre_tokenizer: expected CharDelimiterSplit to have one character but got '{}'",
      name, step.pattern);
  return step;
}

void append_pre_tokenizer(const json& part, std::string_view name, int depth,
                          std::vector<PreTokenizerStep>& steps) {
  const std::string type = type_of(part, kPreTokenizerField, name);
  if (type == "Sequence") {
    const json list = part.value("pretokenizers", json());
    base::require(list.is_array() && depth < kDeepestPreTokenizer,
                  "[text] {}: pre_tokenizer: expected Sequence to have a list of pretokenizers",
                  name);
    for (const json& inner : list) append_pre_tokenizer(inner, name, depth + 1, steps);
    return;
  }
  for (const auto& [plain, kind] : kPlainPreTokenizers) {
    if (type == plain) return steps.push_back({.kind = kind});
  }
  if (type == "Punctuation") {
    return steps.push_back(
        {.kind = PreTokenizerKind::punctuation, .behavior = parse_behavior(part, name)});
  }
  if (type == "Digits") {
    const bool each = get(part, "individual_digits", false, name);
    return steps.push_back(
        {.kind = PreTokenizerKind::digits,
         .behavior = each ? SplitBehavior::isolated : SplitBehavior::contiguous});
  }
  if (type == "Split") return steps.push_back(parse_split(part, name));
  if (type == "CharDelimiterSplit") return steps.push_back(parse_delimiter(part, name));
  fail_unsupported(type, kPreTokenizerField, name,
                   "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, Split, "
                   "CharDelimiterSplit and Sequence");
}

ordered_json make_pre_tokenizer_step(const PreTokenizerStep& step) {
  for (const auto& [plain, kind] : kPlainPreTokenizers) {
    if (step.kind == kind) return {{"type", plain}};
  }
  if (step.kind == PreTokenizerKind::punctuation)
    return {{"type", "Punctuation"}, {"behavior", behavior_name(step.behavior)}};
  if (step.kind == PreTokenizerKind::digits) {
    return {{"type", "Digits"}, {"individual_digits", step.behavior == SplitBehavior::isolated}};
  }
  const ordered_json pattern = step.kind == PreTokenizerKind::characters
                                   ? ordered_json{{"Regex", "[\\s\\S]"}}
                                   : ordered_json{{"String", step.pattern}};
  return {{"type", "Split"},
          {"pattern", pattern},
          {"behavior", behavior_name(step.behavior)},
          {"invert", step.invert}};
}

}  // namespace

void parse_pre_tokenizer(const json& part, std::string_view name, TokenizerConfig& config) {
  config.pre_tokenizer_steps.emplace();
  if (part.is_null()) return;
  append_pre_tokenizer(part, name, 0, *config.pre_tokenizer_steps);
  if (config.pre_tokenizer_steps == std::vector<PreTokenizerStep>{{}})
    config.pre_tokenizer_steps.reset();  // BertPreTokenizer alone
}

ordered_json make_pre_tokenizer(const TokenizerConfig& config) {
  if (!config.pre_tokenizer_steps) return {{"type", "BertPreTokenizer"}};
  if (config.pre_tokenizer_steps->empty()) return nullptr;
  ordered_json list = ordered_json::array();
  for (const PreTokenizerStep& step : *config.pre_tokenizer_steps)
    list.push_back(make_pre_tokenizer_step(step));
  return {{"type", "Sequence"}, {"pretokenizers", list}};
}

}  // namespace roformer::text
