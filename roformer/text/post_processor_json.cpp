// post_processor and decoder of tokenizer.json.
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/json_values.h"
#include "roformer/text/tokenizer_facts.h"
#include "roformer/text/tokenizer_json.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using PartKind = TemplatePart::Kind;

constexpr std::string_view kPostProcessorField = "post_processor";

std::vector<std::int32_t> parse_ids(const json& ids, std::string_view name) {
  base::require(ids.is_array(), "[text] {}: post_processor: expected ids but got {}", name,
                excerpt(ids));
  std::vector<std::int32_t> result;
  for (const json& id : ids) {
    // Tokens that are added to the vocabulary stand behind it.
    constexpr std::int64_t most = 1 << 22;
    const bool fits = id.is_number_integer() && id >= 0 && id < most;
    base::require(fits, "[text] {}: post_processor: expected ids of special tokens but got {}",
                  name, excerpt(id));
    result.push_back(id.get<std::int32_t>());
  }
  return result;
}

TemplatePart parse_part(const json& part, const json& special_tokens, std::string_view name) {
  const auto object = [&](const char* key) {
    return part.is_object() && part.contains(key) && part[key].is_object();
  };
  if (object("SpecialToken")) {
    const json& special = part["SpecialToken"];
    TemplatePart result{.token = get<std::string>(special, "id", "", name),
                        .type_id = get(special, "type_id", std::int32_t{0}, name)};
    const auto entry = special_tokens.find(result.token);
    base::require(entry != special_tokens.end() && entry->is_object(),
                  "[text] {}: post_processor: expected '{}' among its special_tokens", name,
                  result.token);
    result.ids = parse_ids(entry->value("ids", json()), name);
    return result;
  }
  const auto id = object("Sequence") ? get<std::string>(part["Sequence"], "id", "", name) : "";
  base::require(id == "A" || id == "B",
                "[text] {}: post_processor: expected a SpecialToken or the Sequence A or B but got "
                "{}",
                name, excerpt(part));
  return {.kind = id == "A" ? PartKind::first : PartKind::second,
          .type_id = get(part["Sequence"], "type_id", std::int32_t{0}, name)};
}

std::vector<TemplatePart> parse_parts(const json& root, const char* key, std::string_view name) {
  const json list = root.value(key, json());
  const json special_tokens = root.value("special_tokens", json::object());
  base::require(list.is_array() && special_tokens.is_object(),
                "[text] {}: post_processor: expected a list {} and the object special_tokens", name,
                key);
  std::vector<TemplatePart> parts;
  std::string texts;
  for (const json& part : list) {
    parts.push_back(parse_part(part, special_tokens, name));
    if (parts.back().kind == PartKind::first) texts += "A";
    if (parts.back().kind == PartKind::second) texts += "B";
  }
  const std::string_view expected = std::string_view(key) == "single" ? "A" : "AB";
  base::require(texts == expected,
                "[text] {}: post_processor: supported are templates with each text once, in "
                "order; {} has '{}'",
                name, key, texts);
  return parts;
}

std::string bert_processing_token(const json& part, const char* key, const Vocabulary& vocabulary,
                                  std::string_view name) {
  const json pair = part.value(key, json());
  const bool named = pair.is_array() && pair.size() == 2 && pair[0].is_string();
  base::require(named, "[text] {}: post_processor: expected {} to be a token and its id", name,
                key);
  auto token = pair[0].get<std::string>();
  const auto id = vocabulary.find(token);
  base::require(!id || pair[1] == *id,
                "[text] {}: post_processor: expected '{}' to have the id {} but got {}", name,
                token, id.value_or(-1), excerpt(pair[1]));
  return token;
}

// Whether the template is BERT's with some two tokens in the places of [CLS] and [SEP].
bool has_bert_form(const TokenTemplate& given, const Vocabulary& vocabulary,
                   TokenizerConfig& config) {
  if (given.single.size() != 3) return false;
  TokenizerConfig named = config;
  named.cls_token = given.single.front().token;
  named.sep_token = given.single.back().token;
  const TokenTemplate bert = bert_template(vocabulary, named);
  if (bert.single != given.single || bert.pair != given.pair) return false;
  config.cls_token = named.cls_token;
  config.sep_token = named.sep_token;
  return true;
}

ordered_json make_parts(const std::vector<TemplatePart>& parts, ordered_json& special_tokens) {
  ordered_json list = ordered_json::array();
  for (const TemplatePart& part : parts) {
    if (part.kind != PartKind::special) {
      const char* id = part.kind == PartKind::first ? "A" : "B";
      list.push_back({{"Sequence", {{"id", id}, {"type_id", part.type_id}}}});
      continue;
    }
    list.push_back({{"SpecialToken", {{"id", part.token}, {"type_id", part.type_id}}}});
    ordered_json tokens = ordered_json::array();
    for (std::size_t i = 0; i < part.ids.size(); ++i) tokens.push_back(part.token);
    special_tokens[part.token] = {{"id", part.token}, {"ids", part.ids}, {"tokens", tokens}};
  }
  return list;
}

}  // namespace

void parse_post_processor(const json& part, std::string_view name, const Vocabulary& vocabulary,
                          TokenizerConfig& config) {
  config.post_processor.reset();
  if (part.is_null()) {
    const TemplatePart first{.kind = PartKind::first};
    config.post_processor = {{first}, {first, {.kind = PartKind::second, .type_id = 1}}};
    return;
  }
  const std::string type = type_of(part, kPostProcessorField, name);
  if (type == "Sequence") {
    const json list = part.value("processors", json());
    base::require(list.is_array() && list.size() == 1,
                  "[text] {}: post_processor: supported is a Sequence of one processor but got {}",
                  name, excerpt(part));
    base::require(list[0].is_object() && list[0].value("type", json()) != "Sequence",
                  "[text] {}: post_processor: expected no Sequence within a Sequence", name);
    return parse_post_processor(list[0], name, vocabulary, config);
  }
  if (type == "BertProcessing") {
    config.cls_token = bert_processing_token(part, "cls", vocabulary, name);
    config.sep_token = bert_processing_token(part, "sep", vocabulary, name);
    return;
  }
  if (type != "TemplateProcessing") {
    fail_unsupported(type, kPostProcessorField, name,
                     "TemplateProcessing, BertProcessing and null");
  }
  const TokenTemplate given{parse_parts(part, "single", name), parse_parts(part, "pair", name)};
  if (!has_bert_form(given, vocabulary, config)) config.post_processor = given;
}

ordered_json make_post_processor(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  const TokenTemplate parts =
      config.post_processor ? *config.post_processor : bert_template(vocabulary, config);
  if (parts.single.size() == 1 && parts.pair.size() == 2) return nullptr;
  for (const TemplatePart& part : parts.single) {
    if (part.kind == PartKind::special && part.ids.empty()) return nullptr;  // no such token
  }
  ordered_json special_tokens = ordered_json::object();
  ordered_json single = make_parts(parts.single, special_tokens);
  ordered_json pair = make_parts(parts.pair, special_tokens);
  return {{"type", "TemplateProcessing"},
          {"single", single},
          {"pair", pair},
          {"special_tokens", special_tokens}};
}

void parse_decoder(const json& part, std::string_view name, TokenizerConfig& config) {
  config.decoder_joins = !part.is_null();
  if (part.is_null()) {
    config.decoder_cleanup = false;
    return;
  }
  const std::string type = type_of(part, "decoder", name);
  if (type != "WordPiece") fail_unsupported(type, "decoder", name, "WordPiece and null");
  config.decoder_prefix = get<std::string>(part, "prefix", "##", name);
  config.decoder_cleanup = get(part, "cleanup", true, name);
}

ordered_json make_decoder(const TokenizerConfig& config) {
  if (!config.decoder_joins) return nullptr;
  return {{"type", "WordPiece"},
          {"prefix", config.decoder_prefix},
          {"cleanup", config.decoder_cleanup}};
}

}  // namespace roformer::text
