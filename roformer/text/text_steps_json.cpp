// normalizer and pre_tokenizer of tokenizer.json: each one step, or a Sequence of steps.
#include "roformer/text/tokenizer_json.h"

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/names.h"
#include "roformer/text/json_values.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using NormalizerKind = NormalizerStep::Kind;
using PreTokenizerKind = PreTokenizerStep::Kind;

// How a part of the file is called, and the list of its Sequence.
struct StepNames {
  const char* field;
  const char* list;
};
constexpr StepNames kNormalizer = {"normalizer", "normalizers"};
constexpr StepNames kPreTokenizer = {"pre_tokenizer", "pretokenizers"};

// The types that are a name and nothing else.
constexpr base::Named<NormalizerKind> kPlainNormalizers[] = {
    {"Lowercase", NormalizerKind::lowercase},
    {"NFC", NormalizerKind::nfc},
    {"NFD", NormalizerKind::nfd},
    {"NFKC", NormalizerKind::nfkc},
    {"NFKD", NormalizerKind::nfkd},
    {"StripAccents", NormalizerKind::strip_accents}};
constexpr base::Named<PreTokenizerKind> kPlainPreTokenizers[] = {
    {"BertPreTokenizer", PreTokenizerKind::bert},
    {"Whitespace", PreTokenizerKind::whitespace},
    {"WhitespaceSplit", PreTokenizerKind::whitespace_split}};

constexpr base::Named<SplitBehavior> kBehaviors[] = {
    {"Removed", SplitBehavior::removed},
    {"Isolated", SplitBehavior::isolated},
    {"MergedWithPrevious", SplitBehavior::merged_with_previous},
    {"MergedWithNext", SplitBehavior::merged_with_next},
    {"Contiguous", SplitBehavior::contiguous}};

// Calls use(step, its type) for each step of a part, those of sequences within sequences in order.
template <typename Use>
void for_each_step(const json& part, StepNames names, std::string_view name, const Use& use,
                   int depth = 0) {
  constexpr int deepest = 16;
  const std::string type = type_of(part, names.field, name);
  if (type != "Sequence") return use(part, type);
  const json list = part.value(names.list, json());
  base::require(list.is_array() && depth < deepest,
                "[text] {}: {}: expected Sequence to have a list of {}", name, names.field,
                names.list);
  for (const json& inner : list) for_each_step(inner, names, name, use, depth + 1);
}

// The pattern of the form {"String": …}, if it is one.
std::optional<std::string> string_pattern(const json& pattern) {
  const bool is_string =
      pattern.is_object() && pattern.contains("String") && pattern["String"].is_string();
  return is_string ? std::optional(pattern["String"].get<std::string>()) : std::nullopt;
}

void parse_bert_normalizer(const json& part, std::string_view name, NormalizerOptions& options) {
  options.clean_text = get(part, "clean_text", true, name);
  options.tokenize_chinese_chars = get(part, "handle_chinese_chars", true, name);
  options.lowercase = get(part, "lowercase", true, name);
  options.strip_accents.reset();
  if (part.contains("strip_accents") && !part["strip_accents"].is_null())
    options.strip_accents = get(part, "strip_accents", false, name);
}

NormalizerStep parse_replace(const json& part, std::string_view name) {
  const json pattern = part.value("pattern", json());
  const auto text = string_pattern(pattern);
  base::require(text.has_value(),
                "[text] {}: normalizer: Replace is supported with a pattern of the form "
                "{{\"String\": …}} but got {}",
                name, excerpt(pattern));
  base::require(!text->empty(), "[text] {}: normalizer: expected Replace to have a pattern", name);
  return {.kind = NormalizerKind::replace,
          .pattern = *text,
          .content = get<std::string>(part, "content", "", name)};
}

void append_normalizer(const json& part, const std::string& type, std::string_view name,
                       TokenizerConfig& config) {
  std::vector<NormalizerStep>& steps = *config.normalizer_steps;
  if (const auto plain = base::find_named(kPlainNormalizers, type))
    return steps.push_back({.kind = *plain});
  if (type == "BertNormalizer") {
    for (const NormalizerStep& step : steps) {
      base::require(step.kind != NormalizerKind::bert,
                    "[text] {}: normalizer: expected one BertNormalizer at most", name);
    }
    parse_bert_normalizer(part, name, config.normalizer);
    return steps.push_back({.kind = NormalizerKind::bert});
  }
  if (type == "Strip") {
    return steps.push_back({.kind = NormalizerKind::strip,
                            .left = get(part, "strip_left", true, name),
                            .right = get(part, "strip_right", true, name)});
  }
  if (type == "Replace") return steps.push_back(parse_replace(part, name));
  if (type == "Prepend") {
    return steps.push_back(
        {.kind = NormalizerKind::prepend, .content = get<std::string>(part, "prepend", "", name)});
  }
  fail_unsupported(type, kNormalizer.field, name,
                   "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, StripAccents, Strip, Replace, "
                   "Prepend and Sequence");
}

ordered_json make_bert_normalizer(const NormalizerOptions& options) {
  return {{"type", "BertNormalizer"},
          {"clean_text", options.clean_text},
          {"handle_chinese_chars", options.tokenize_chinese_chars},
          {"strip_accents",
           options.strip_accents ? ordered_json(*options.strip_accents) : ordered_json()},
          {"lowercase", options.lowercase}};
}

ordered_json make_normalizer_step(const NormalizerStep& step, const NormalizerOptions& options) {
  if (const char* plain = base::name_in(kPlainNormalizers, step.kind)) return {{"type", plain}};
  if (step.kind == NormalizerKind::strip)
    return {{"type", "Strip"}, {"strip_left", step.left}, {"strip_right", step.right}};
  if (step.kind == NormalizerKind::replace) {
    return {
        {"type", "Replace"}, {"pattern", {{"String", step.pattern}}}, {"content", step.content}};
  }
  if (step.kind == NormalizerKind::prepend) return {{"type", "Prepend"}, {"prepend", step.content}};
  return make_bert_normalizer(options);
}

SplitBehavior parse_behavior(const json& part, std::string_view name) {
  const auto given = get<std::string>(part, "behavior", "Isolated", name);
  const auto behavior = base::find_named(kBehaviors, given);
  base::require(behavior.has_value(),
                "[text] {}: pre_tokenizer: expected a behavior such as Isolated but got '{}'", name,
                given);
  return *behavior;
}

PreTokenizerStep parse_split(const json& part, std::string_view name) {
  const json pattern = part.value("pattern", json());
  const SplitBehavior behavior = parse_behavior(part, name);
  const bool invert = get(part, "invert", false, name);
  if (const auto text = string_pattern(pattern)) {
    base::require(!text->empty(), "[text] {}: pre_tokenizer: expected Split to have a pattern",
                  name);
    return {
        .kind = PreTokenizerKind::split, .behavior = behavior, .pattern = *text, .invert = invert};
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

void append_pre_tokenizer(const json& part, const std::string& type, std::string_view name,
                          std::vector<PreTokenizerStep>& steps) {
  if (const auto plain = base::find_named(kPlainPreTokenizers, type))
    return steps.push_back({.kind = *plain});
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
  fail_unsupported(type, kPreTokenizer.field, name,
                   "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, Split, "
                   "CharDelimiterSplit and Sequence");
}

ordered_json make_pre_tokenizer_step(const PreTokenizerStep& step) {
  if (const char* plain = base::name_in(kPlainPreTokenizers, step.kind)) return {{"type", plain}};
  if (step.kind == PreTokenizerKind::punctuation)
    return {{"type", "Punctuation"}, {"behavior", base::name_in(kBehaviors, step.behavior)}};
  if (step.kind == PreTokenizerKind::digits) {
    return {{"type", "Digits"}, {"individual_digits", step.behavior == SplitBehavior::isolated}};
  }
  const ordered_json pattern = step.kind == PreTokenizerKind::characters
                                   ? ordered_json{{"Regex", "[\\s\\S]"}}
                                   : ordered_json{{"String", step.pattern}};
  return {{"type", "Split"},
          {"pattern", pattern},
          {"behavior", base::name_in(kBehaviors, step.behavior)},
          {"invert", step.invert}};
}

template <typename Step, typename MakeStep>
ordered_json make_steps(const std::vector<Step>& steps, StepNames names, MakeStep make_step) {
  if (steps.empty()) return nullptr;
  ordered_json list = ordered_json::array();
  for (const Step& step : steps) list.push_back(make_step(step));
  return {{"type", "Sequence"}, {names.list, list}};
}

}  // namespace

void parse_normalizer(const json& part, std::string_view name, TokenizerConfig& config) {
  config.normalizer_steps.emplace();
  if (part.is_null()) return;
  for_each_step(part, kNormalizer, name, [&](const json& step, const std::string& type) {
    append_normalizer(step, type, name, config);
  });
  if (config.normalizer_steps == std::vector<NormalizerStep>{{}})
    config.normalizer_steps.reset();  // BertNormalizer alone
}

void parse_pre_tokenizer(const json& part, std::string_view name, TokenizerConfig& config) {
  config.pre_tokenizer_steps.emplace();
  if (part.is_null()) return;
  for_each_step(part, kPreTokenizer, name, [&](const json& step, const std::string& type) {
    append_pre_tokenizer(step, type, name, *config.pre_tokenizer_steps);
  });
  if (config.pre_tokenizer_steps == std::vector<PreTokenizerStep>{{}})
    config.pre_tokenizer_steps.reset();  // BertPreTokenizer alone
}

ordered_json make_normalizer(const TokenizerConfig& config) {
  if (!config.normalizer_steps) return make_bert_normalizer(config.normalizer);
  return make_steps(*config.normalizer_steps, kNormalizer, [&](const NormalizerStep& step) {
    return make_normalizer_step(step, config.normalizer);
  });
}

ordered_json make_pre_tokenizer(const TokenizerConfig& config) {
  if (!config.pre_tokenizer_steps) return {{"type", "BertPreTokenizer"}};
  return make_steps(*config.pre_tokenizer_steps, kPreTokenizer, make_pre_tokenizer_step);
}

}  // namespace roformer::text
