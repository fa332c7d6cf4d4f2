#include "roformer/text/tokenizer_settings.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/text/json_values.h"
#include "roformer/text/tokenizer_json.h"
#include "roformer/text/tokenizer_kinds.h"

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

// The text of a token: a string, or an object with its content. Empty for anything else.
std::string content_of(const json& token) {
  const json& content = token.is_object() && token.contains("content") ? token["content"] : token;
  return content.is_string() ? content.get<std::string>() : std::string();
}

void add_extra(const json& token, TokenizerConfig& config) {
  std::vector<std::string>& extra = config.extra_special_tokens;
  const std::string content = content_of(token);
  if (!content.empty() && std::find(extra.begin(), extra.end(), content) == extra.end())
    extra.push_back(content);
}

bool is_named(const std::string& key) {
  return std::any_of(std::begin(kNamedTokens), std::end(kNamedTokens),
                     [&](const NamedToken& named) { return key == named.key; });
}

// The five, and whatever else has a name: bos_token, image_token, …
void apply_named_tokens(const json& root, std::string_view name, TokenizerConfig& config) {
  const TokenizerConfig usual;
  for (const auto& [key, token] : kNamedTokens) {
    config.*token = get_token(root, key, config.*token, name);
    // Under a name of its own it joins a vocabulary that lacks it.
    if (root.contains(key) && config.*token != usual.*token) add_extra(config.*token, config);
  }
  for (const auto& [key, value] : root.items()) {
    if (key.ends_with("_token") && !is_named(key)) add_extra(value, config);
  }
}

// A list of tokens, or an object of names and tokens.
void add_extras(const json& tokens, const char* key, std::string_view name,
                TokenizerConfig& config) {
  base::require(tokens.is_null() || tokens.is_array() || tokens.is_object(),
                "[text] {}: key {}: expected a list of tokens but got {}", name, key,
                excerpt(tokens));
  for (const json& token : tokens) {
    base::require(!content_of(token).empty(), "[text] {}: key {}: expected a token but got {}",
                  name, key, excerpt(token));
    add_extra(token, config);
  }
}

// Of the two keys for the same list the newer counts; the older where that is not there or empty.
void apply_extra_tokens(const json& root, std::string_view name, TokenizerConfig& config) {
  constexpr const char* newer = "extra_special_tokens";
  constexpr const char* older = "additional_special_tokens";
  const json tokens = root.value(newer, json());
  const char* const key = tokens.is_null() || tokens.empty() ? older : newer;
  add_extras(root.value(key, json()), key, name, config);
}

bool lists_extra_tokens(const json& root) {
  for (const char* key : {"extra_special_tokens", "additional_special_tokens"}) {
    const json tokens = root.is_object() ? root.value(key, json()) : json();
    if (!tokens.is_null() && !tokens.empty()) return true;
  }
  return false;
}

// What changes tokens or vectors and is not done here.
void require_computed(const json& root, std::string_view name) {
  base::require(!get(root, "split_special_tokens", false, name),
                "[text] {}: expected split_special_tokens to be false, all that is computed here, "
                "but got true",
                name);
  const json side = root.value("truncation_side", json());
  if (side == "left")
    spdlog::warn(
        "{}: truncation_side \"left\" is not computed here: long texts are cut at their end", name);
  const json inputs = root.value("model_input_names", json());
  if (inputs.is_array() &&
      std::find(inputs.begin(), inputs.end(), "attention_mask") == inputs.end())
    spdlog::warn("{}: model_input_names has no attention_mask; here padding is never looked at",
                 name);
}

// The special tokens of a file in its order, which json does not keep.
void note_order(const std::filesystem::path& path, std::vector<std::string>& order) {
  const ordered_json root = ordered_json::parse(base::read_file(path));
  for (const auto& [key, value] : root.items()) {
    if (key.ends_with("_token")) order.push_back(content_of(json(value)));
  }
  for (const char* key : {"extra_special_tokens", "additional_special_tokens"}) {
    for (const auto& token : root.value(key, ordered_json()))
      order.push_back(content_of(json(token)));
  }
}

// Those that the vocabulary lacks get their ids in the order of the files.
void sort_extra_tokens(const std::vector<std::string>& order, TokenizerConfig& config) {
  const auto rank = [&](const std::string& token) {
    return std::find(order.begin(), order.end(), token) - order.begin();
  };
  std::stable_sort(config.extra_special_tokens.begin(), config.extra_special_tokens.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

// What BertTokenizer makes of its keys.
bool is_berts(const TokenizerConfig& config) {
  const TokenizerConfig usual;
  return !config.normalizer_steps && !config.pre_tokenizer_steps && !config.post_processor &&
         config.normalizer.clean_text && config.continuing_prefix == usual.continuing_prefix &&
         config.decoder_prefix == usual.decoder_prefix && config.decoder_joins &&
         config.decoder_cleanup && config.max_word_length == usual.max_word_length;
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
  require_computed(root, name);
  apply_named_tokens(root, name, config);
  apply_extra_tokens(root, name, config);
  config.model_max_length = get_model_max_length(root, name);
  const json added = root.value("added_tokens_decoder", json());
  for (AddedToken& token : parse_added_tokens_decoder(added, name))
    put_added_token(std::move(token), config.added_tokens);
  config.tokenizer_class = get<std::string>(root, "tokenizer_class", config.tokenizer_class, name);
}

void apply_special_tokens_map(const json& root, std::string_view name, TokenizerConfig& config) {
  base::require(root.is_object(), "[text] {}: expected a JSON object", name);
  apply_named_tokens(root, name, config);
  apply_extra_tokens(root, name, config);
}

void apply_added_tokens(const json& root, std::string_view name, TokenizerConfig& config) {
  base::require(root.is_object(), "[text] {}: expected a JSON object", name);
  for (const auto& [content, value] : root.items()) {
    const auto id = get(root, content.c_str(), std::int32_t{-1}, name);
    const std::string& token = content;
    const bool known = std::any_of(config.added_tokens.begin(), config.added_tokens.end(),
                                   [&](const AddedToken& other) { return other.content == token; });
    if (known) continue;
    const auto& extra = config.extra_special_tokens;
    const bool special =
        std::any_of(std::begin(kNamedTokens), std::end(kNamedTokens),
                    [&](const NamedToken& named) { return token == config.*named.token; }) ||
        std::find(extra.begin(), extra.end(), token) != extra.end();
    config.added_tokens.push_back(
        {.content = token, .id = id, .special = special, .normalized = !special});
  }
}

void apply_folder_settings(const TokenizerFolder& folder, TokenizerConfig& config) {
  const json& settings = folder.settings();
  std::vector<std::string> order;
  if (!settings.is_null()) {
    apply_tokenizer_config(settings, folder.settings_file().string(), config);
    note_order(folder.settings_file(), order);
    sort_extra_tokens(order, config);
  }
  if (settings.is_object() && settings.contains("added_tokens_decoder")) return;
  const auto map = folder.path("special_tokens_map.json"), added = folder.path("added_tokens.json");
  if (std::filesystem::exists(map)) {
    json tokens = read_json_file(map);
    // The older key adds nothing to a list that tokenizer_config.json has.
    if (tokens.is_object() && lists_extra_tokens(settings))
      tokens.erase("additional_special_tokens");
    apply_special_tokens_map(tokens, map.string(), config);
    note_order(map, order);
    sort_extra_tokens(order, config);
  }
  if (std::filesystem::exists(added))
    apply_added_tokens(read_json_file(added), added.string(), config);
}

ordered_json make_tokenizer_config(const TokenizerConfig& config) {
  const std::optional<bool> strip = config.normalizer.strip_accents;
  // BertTokenizer builds what it is from these keys; the other takes tokenizer.json as it stands.
  ordered_json root = {
      {"tokenizer_class", is_berts(config) ? "BertTokenizer" : "PreTrainedTokenizerFast"},
      {"do_lower_case", config.normalizer.lowercase},
      {"strip_accents", strip ? ordered_json(*strip) : ordered_json()},
      {"tokenize_chinese_chars", config.normalizer.tokenize_chinese_chars}};
  for (const auto& [key, token] : kNamedTokens) root[key] = config.*token;
  if (config.model_max_length > 0) root["model_max_length"] = config.model_max_length;
  return root;
}

}  // namespace roformer::text
