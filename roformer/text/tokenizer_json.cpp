#include "roformer/text/tokenizer_json.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Above this, model_max_length means "none" (transformers writes 1e30).
constexpr double kNoLimit = 1e9;

template <typename Value>
Value get(const json& object, const char* key, Value fallback, std::string_view name) {
  const auto place = object.find(key);
  if (place == object.end() || place->is_null()) return fallback;
  try {
    return place->get<Value>();
  } catch (const json::exception& error) {
    base::fail("[text] {}: key {}: {}", name, key, error.what());
  }
}

// A special token is a string or an object with its content.
std::string get_token(const json& object, const char* key, const std::string& fallback,
                      std::string_view name) {
  const auto place = object.find(key);
  if (place != object.end() && place->is_object())
    return get<std::string>(*place, "content", fallback, name);
  return get<std::string>(object, key, fallback, name);
}

AddedToken parse_added_token(const json& object, std::int32_t id, std::string_view name) {
  base::require(object.is_object() && object.contains("content"),
                "[text] {}: expected an added token with its content but got {}", name,
                object.dump());
  AddedToken token;
  token.content = get<std::string>(object, "content", "", name);
  token.id = id;
  token.special = get(object, "special", false, name);
  token.normalized = get(object, "normalized", !token.special, name);
  token.single_word = get(object, "single_word", false, name);
  token.lstrip = get(object, "lstrip", false, name);
  token.rstrip = get(object, "rstrip", false, name);
  return token;
}

void put_added_token(AddedToken token, std::vector<AddedToken>& tokens) {
  const auto same = std::find_if(tokens.begin(), tokens.end(), [&](const AddedToken& other) {
    return other.content == token.content;
  });
  if (same == tokens.end()) {
    tokens.push_back(std::move(token));
  } else {
    *same = std::move(token);
  }
}

Vocabulary parse_vocabulary(const json& model, std::string_view name) {
  const json vocabulary = model.value("vocab", json());
  base::require(vocabulary.is_object(),
                "[text] {}: expected model.vocab to be an object of tokens and ids", name);
  base::require(!vocabulary.empty(), "[text] {}: expected tokens in model.vocab but it is empty",
                name);
  std::vector<std::string> tokens(vocabulary.size());
  std::vector<bool> taken(vocabulary.size());
  for (const auto& [token, id] : vocabulary.items()) {
    base::require(
        id.is_number_integer() && id >= 0 && id < tokens.size() && !taken[id.get<std::size_t>()],
        "[text] {}: expected the ids of model.vocab to be 0 to {}, each once, but '{}' has {}",
        name, tokens.size() - 1, token, id.dump());
    taken[id.get<std::size_t>()] = true;
    tokens[id.get<std::size_t>()] = token;
  }
  return Vocabulary(std::move(tokens), name);
}

void parse_normalizer(const json& normalizer, std::string_view name, NormalizerOptions& options) {
  base::require(normalizer.is_object() && normalizer.value("type", "") == "BertNormalizer",
                "[text] {}: expected a BertNormalizer but got {}", name, normalizer.dump());
  options.clean_text = get(normalizer, "clean_text", true, name);
  options.tokenize_chinese_chars = get(normalizer, "handle_chinese_chars", true, name);
  options.lowercase = get(normalizer, "lowercase", true, name);
  const auto strip = normalizer.find("strip_accents");
  if (strip != normalizer.end() && strip->is_boolean()) options.strip_accents = strip->get<bool>();
}

// The names of the first and the last special token around a text: [CLS] and [SEP].
void parse_post_processor(const json& processor, std::string_view name, TokenizerConfig& config) {
  if (processor.is_null()) return;
  const std::string type = processor.value("type", "");
  if (type == "BertProcessing") {
    config.cls_token = processor.at("cls").at(0).get<std::string>();
    config.sep_token = processor.at("sep").at(0).get<std::string>();
    return;
  }
  const json single = processor.value("single", json::array());
  const bool bert = type == "TemplateProcessing" && single.size() == 3 &&
                    single[0].contains("SpecialToken") && single[1].contains("Sequence") &&
                    single[2].contains("SpecialToken");
  base::require(bert, "[text] {}: expected a post_processor of the form [CLS] A [SEP] but got {}",
                name, processor.dump());
  config.cls_token = single[0]["SpecialToken"].at("id").get<std::string>();
  config.sep_token = single[2]["SpecialToken"].at("id").get<std::string>();
}

json strip_accents_value(const NormalizerOptions& options) {
  return options.strip_accents ? json(*options.strip_accents) : json();
}

ordered_json make_added_token(const AddedToken& token) {
  return {{"id", token.id},          {"content", token.content}, {"single_word", token.single_word},
          {"lstrip", token.lstrip},  {"rstrip", token.rstrip},   {"normalized", token.normalized},
          {"special", token.special}};
}

ordered_json make_post_processor(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  const auto special = [](const std::string& token, int type) {
    return ordered_json{{"SpecialToken", {{"id", token}, {"type_id", type}}}};
  };
  const auto sequence = [](const char* id, int type) {
    return ordered_json{{"Sequence", {{"id", id}, {"type_id", type}}}};
  };
  ordered_json tokens = ordered_json::object();
  for (const std::string& token : {config.cls_token, config.sep_token}) {
    tokens[token] = {{"id", token},
                     {"ids", {vocabulary.find(token).value_or(-1)}},
                     {"tokens", ordered_json::array({token})}};
  }
  const auto cls = special(config.cls_token, 0), sep = special(config.sep_token, 0);
  return {{"type", "TemplateProcessing"},
          {"single", ordered_json::array({cls, sequence("A", 0), sep})},
          {"pair", ordered_json::array({cls, sequence("A", 0), sep, sequence("B", 1),
                                        special(config.sep_token, 1)})},
          {"special_tokens", tokens}};
}

}  // namespace

json read_json_file(const std::filesystem::path& file) {
  const std::string content = base::read_file(file);
  try {
    return json::parse(content);
  } catch (const json::parse_error& error) {
    const std::size_t place = std::min(error.byte, content.size());
    const auto line =
        std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(place), '\n') + 1;
    base::fail("[text] {}:{}: expected JSON: {}", file.string(), line, error.what());
  }
}

TokenizerFiles parse_tokenizer_json(const json& root, std::string_view name) {
  base::require(root.is_object() && root.contains("model"), "[text] {}: expected the key model",
                name);
  const json& model = root["model"];
  base::require(model.is_object() && model.value("type", "WordPiece") == "WordPiece",
                "[text] {}: expected a WordPiece model but got {}", name,
                model.is_object() ? model.value("type", "") : model.dump());
  TokenizerFiles files{parse_vocabulary(model, name), {}};
  TokenizerConfig& config = files.config;
  try {
    config.unk_token = get<std::string>(model, "unk_token", config.unk_token, name);
    config.continuing_prefix =
        get<std::string>(model, "continuing_subword_prefix", config.continuing_prefix, name);
    config.max_word_length = get(model, "max_input_chars_per_word", config.max_word_length, name);
    if (root.contains("normalizer")) parse_normalizer(root["normalizer"], name, config.normalizer);
    if (root.contains("post_processor")) parse_post_processor(root["post_processor"], name, config);
    for (const json& token : root.value("added_tokens", json::array())) {
      put_added_token(parse_added_token(token, get(token, "id", std::int32_t{-1}, name), name),
                      config.added_tokens);
    }
  } catch (const json::exception& error) {
    base::fail("[text] {}: {}", name, error.what());
  }
  return files;
}

void apply_tokenizer_config(const json& root, std::string_view name, TokenizerConfig& config) {
  base::require(root.is_object(), "[text] {}: expected a JSON object", name);
  NormalizerOptions& normalizer = config.normalizer;
  normalizer.lowercase = get(root, "do_lower_case", normalizer.lowercase, name);
  normalizer.tokenize_chinese_chars =
      get(root, "tokenize_chinese_chars", normalizer.tokenize_chinese_chars, name);
  if (root.contains("strip_accents")) {
    const json& strip = root["strip_accents"];
    normalizer.strip_accents =
        strip.is_null() ? std::nullopt : std::optional(get(root, "strip_accents", false, name));
  }
  config.unk_token = get_token(root, "unk_token", config.unk_token, name);
  config.pad_token = get_token(root, "pad_token", config.pad_token, name);
  config.cls_token = get_token(root, "cls_token", config.cls_token, name);
  config.sep_token = get_token(root, "sep_token", config.sep_token, name);
  config.mask_token = get_token(root, "mask_token", config.mask_token, name);
  const double length = get(root, "model_max_length", 0.0, name);
  config.model_max_length = length > 0 && length < kNoLimit ? static_cast<std::int64_t>(length) : 0;
  const json added = root.value("added_tokens_decoder", json::object());
  for (const auto& [id, token] : added.items()) {
    const bool number =
        !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == id.npos;
    base::require(number,
                  "[text] {}: expected ids as the keys of added_tokens_decoder but got '{}'", name,
                  id);
    put_added_token(parse_added_token(token, std::stoi(id), name), config.added_tokens);
  }
  if (get<std::string>(root, "tokenizer_class", "", name).starts_with("RoFormer")) {
    spdlog::warn(
        "{}: this tokenizer cuts Chinese into words of a dictionary first; here it is cut into "
        "characters",
        name);
  }
}

ordered_json make_tokenizer_json(const Vocabulary& vocabulary, const TokenizerConfig& config,
                                 const std::vector<AddedToken>& added_tokens) {
  std::vector<AddedToken> sorted = added_tokens;
  std::sort(sorted.begin(), sorted.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  ordered_json added = ordered_json::array();
  for (const AddedToken& token : sorted) added.push_back(make_added_token(token));
  // ordered_json looks keys up one by one: filled pair by pair it would take quadratic time.
  ordered_json::object_t tokens;
  tokens.reserve(static_cast<std::size_t>(vocabulary.size()));
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
    static_cast<std::vector<ordered_json::object_t::value_type>&>(tokens).emplace_back(
        vocabulary.token(id), id);
  }
  return {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added},
      {"normalizer",
       {{"type", "BertNormalizer"},
        {"clean_text", config.normalizer.clean_text},
        {"handle_chinese_chars", config.normalizer.tokenize_chinese_chars},
        {"strip_accents", strip_accents_value(config.normalizer)},
        {"lowercase", config.normalizer.lowercase}}},
      {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
      {"post_processor", make_post_processor(vocabulary, config)},
      {"decoder", {{"type", "WordPiece"}, {"prefix", config.continuing_prefix}, {"cleanup", true}}},
      {"model",
       {{"type", "WordPiece"},
        {"unk_token", config.unk_token},
        {"continuing_subword_prefix", config.continuing_prefix},
        {"max_input_chars_per_word", config.max_word_length},
        {"vocab", tokens}}}};
}

ordered_json make_tokenizer_config(const TokenizerConfig& config) {
  ordered_json root = {{"tokenizer_class", "BertTokenizer"},
                       {"do_lower_case", config.normalizer.lowercase},
                       {"strip_accents", strip_accents_value(config.normalizer)},
                       {"tokenize_chinese_chars", config.normalizer.tokenize_chinese_chars},
                       {"unk_token", config.unk_token},
                       {"pad_token", config.pad_token},
                       {"cls_token", config.cls_token},
                       {"sep_token", config.sep_token},
                       {"mask_token", config.mask_token}};
  if (config.model_max_length > 0) root["model_max_length"] = config.model_max_length;
  return root;
}

}  // namespace roformer::text
