#include "roformer/text/tokenizer_settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/added_token_json.h"
#include "roformer/text/json_values.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

void apply_named_tokens(const json& root, std::string_view name, TokenizerConfig& config) {
  config.unk_token = get_token(root, "unk_token", config.unk_token, name);
  config.pad_token = get_token(root, "pad_token", config.pad_token, name);
  config.cls_token = get_token(root, "cls_token", config.cls_token, name);
  config.sep_token = get_token(root, "sep_token", config.sep_token, name);
  config.mask_token = get_token(root, "mask_token", config.mask_token, name);
}

ordered_json strip_accents_value(const NormalizerOptions& options) {
  return options.strip_accents ? ordered_json(*options.strip_accents) : ordered_json();
}

}  // namespace

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
    const bool special = token == config.unk_token || token == config.pad_token ||
                         token == config.cls_token || token == config.sep_token ||
                         token == config.mask_token;
    config.added_tokens.push_back(
        {.content = token, .id = id, .special = special, .normalized = !special});
  }
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
