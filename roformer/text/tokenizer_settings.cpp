#include "roformer/text/tokenizer_settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/json_values.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

AddedToken parse_added_token(const json& object, std::int32_t id, std::string_view name) {
  base::require(object.is_object() && object.contains("content"),
                "[text] {}: expected an added token with its content but got {}", name,
                excerpt(object));
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

void apply_named_tokens(const json& root, std::string_view name, TokenizerConfig& config) {
  for (const auto& [key, token] : kNamedTokens)
    config.*token = get_token(root, key, config.*token, name);
}

}  // namespace

std::vector<AddedToken> parse_added_tokens(const json& list, std::string_view name) {
  std::vector<AddedToken> tokens;
  if (list.is_null()) return tokens;
  base::require(list.is_array(), "[text] {}: expected added_tokens to be a list but got {}", name,
                excerpt(list));
  for (const json& entry : list) {
    base::require(entry.is_object(), "[text] {}: expected an added token but got {}", name,
                  excerpt(entry));
    put_added_token(parse_added_token(entry, get(entry, "id", std::int32_t{-1}, name), name),
                    tokens);
  }
  return tokens;
}

std::vector<AddedToken> parse_added_tokens_decoder(const json& object, std::string_view name) {
  std::vector<AddedToken> tokens;
  if (object.is_null()) return tokens;
  base::require(object.is_object(),
                "[text] {}: expected added_tokens_decoder to be an object but got {}", name,
                excerpt(object));
  for (const auto& [id, token] : object.items()) {
    const bool number =
        !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == id.npos;
    base::require(number,
                  "[text] {}: expected ids as the keys of added_tokens_decoder but got '{}'", name,
                  id);
    put_added_token(parse_added_token(token, std::stoi(id), name), tokens);
  }
  return tokens;
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

ordered_json make_added_token(const AddedToken& token) {
  return {{"id", token.id},          {"content", token.content}, {"single_word", token.single_word},
          {"lstrip", token.lstrip},  {"rstrip", token.rstrip},   {"normalized", token.normalized},
          {"special", token.special}};
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
  apply_named_tokens(root, name, config);
  config.model_max_length = get_model_max_length(root, name);
  const json added = root.value("added_tokens_decoder", json());
  for (AddedToken& token : parse_added_tokens_decoder(added, name))
    put_added_token(std::move(token), config.added_tokens);
  config.tokenizer_class = get<std::string>(root, "tokenizer_class", config.tokenizer_class, name);
}

void apply_special_tokens_map(const json& root, std::string_view name, TokenizerConfig& config) {
  base::require(root.is_object(), "[text] {}: expected a JSON object", name);
  apply_named_tokens(root, name, config);
}

void apply_added_tokens(const json& root, std::string_view name, TokenizerConfig& config) {
  base::require(root.is_object(), "[text] {}: expected a JSON object", name);
  for (const auto& [content, value] : root.items()) {
    const auto id = get(root, content.c_str(), std::int32_t{-1}, name);
    const std::string& token = content;
    const bool known = std::any_of(config.added_tokens.begin(), config.added_tokens.end(),
                                   [&](const AddedToken& other) { return other.content == token; });
    if (known) continue;
    const bool special =
        std::any_of(std::begin(kNamedTokens), std::end(kNamedTokens),
                    [&](const NamedToken& named) { return token == config.*named.token; });
    config.added_tokens.push_back(
        {.content = token, .id = id, .special = special, .normalized = !special});
  }
}

ordered_json make_tokenizer_config(const TokenizerConfig& config) {
  const std::optional<bool> strip = config.normalizer.strip_accents;
  ordered_json root = {{"tokenizer_class", "BertTokenizer"},
                       {"do_lower_case", config.normalizer.lowercase},
                       {"strip_accents", strip ? ordered_json(*strip) : ordered_json()},
                       {"tokenize_chinese_chars", config.normalizer.tokenize_chinese_chars}};
  for (const auto& [key, token] : kNamedTokens) root[key] = config.*token;
  if (config.model_max_length > 0) root["model_max_length"] = config.model_max_length;
  return root;
}

}  // namespace roformer::text
