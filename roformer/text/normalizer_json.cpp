// normalizer of tokenizer.json.
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/json_values.h"
#include "roformer/text/text_steps_json.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using NormalizerKind = NormalizerStep::Kind;

constexpr std::string_view kNormalizerField = "normalizer";
constexpr int kDeepest = 16;  // sequences within sequences

// The types that are a name and nothing else.
constexpr std::pair<std::string_view, NormalizerKind> kPlainNormalizers[] = {
    {"Lowercase", NormalizerKind::lowercase},
    {"NFC", NormalizerKind::nfc},
    {"NFD", NormalizerKind::nfd},
    {"NFKC", NormalizerKind::nfkc},
    {"NFKD", NormalizerKind::nfkd},
    {"StripAccents", NormalizerKind::strip_accents}};

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
  base::require(pattern.is_object() && pattern.contains("String") && pattern["String"].is_string(),
                "[text] {}: normalizer: Replace is supported with a pattern of the form "
                "{{\"String\": …}} but got {}",
                name, excerpt(pattern));
  NormalizerStep step{.kind = NormalizerKind::replace,
                      .pattern = pattern["String"].get<std::string>(),
                      .content = get<std::string>(part, "content", "", name)};
  base::require(!step.pattern.empty(), "[text] {}: normalizer: expected Replace to have a pattern",
                name);
  return step;
}

void append_normalizer(const json& part, std::string_view name, int depth,
                       TokenizerConfig& config) {
  std::vector<NormalizerStep>& steps = *config.normalizer_steps;
  const std::string type = type_of(part, kNormalizerField, name);
  if (type == "Sequence") {
    const json list = part.value("normalizers", json());
    base::require(list.is_array() && depth < kDeepest,
                  "[text] {}: normalizer: expected Sequence to have a list of normalizers", name);
    for (const json& inner : list) append_normalizer(inner, name, depth + 1, config);
    return;
  }
  for (const auto& [plain, kind] : kPlainNormalizers) {
    if (type == plain) return steps.push_back({.kind = kind});
  }
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
  fail_unsupported(type, kNormalizerField, name,
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
  for (const auto& [plain, kind] : kPlainNormalizers) {
    if (step.kind == kind) return {{"type", plain}};
  }
  if (step.kind == NormalizerKind::strip)
    return {{"type", "Strip"}, {"strip_left", step.left}, {"strip_right", step.right}};
  if (step.kind == NormalizerKind::replace) {
    return {
        {"type", "Replace"}, {"pattern", {{"String", step.pattern}}}, {"content", step.content}};
  }
  if (step.kind == NormalizerKind::prepend) return {{"type", "Prepend"}, {"prepend", step.content}};
  return make_bert_normalizer(options);
}

}  // namespace

void parse_normalizer(const json& part, std::string_view name, TokenizerConfig& config) {
  config.normalizer_steps.emplace();
  if (part.is_null()) return;
  append_normalizer(part, name, 0, config);
  const bool bert_alone = config.normalizer_steps->size() == 1 &&
                          config.normalizer_steps->front().kind == NormalizerKind::bert;
  if (bert_alone) config.normalizer_steps.reset();
}

ordered_json make_normalizer(const TokenizerConfig& config) {
  if (!config.normalizer_steps) return make_bert_normalizer(config.normalizer);
  if (config.normalizer_steps->empty()) return nullptr;
  ordered_json list = ordered_json::array();
  for (const NormalizerStep& step : *config.normalizer_steps)
    list.push_back(make_normalizer_step(step, config.normalizer));
  return {{"type", "Sequence"}, {"normalizers", list}};
}

}  // namespace roformer::text
