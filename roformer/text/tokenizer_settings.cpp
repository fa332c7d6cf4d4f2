#include "roformer/text/tokenizer_settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/json_values.h"
#include "roformer/text/segmentation_settings.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

bool finds(const std::string& token, const TokenizerConfig& config) {
  return std::any_of(config.added_tokens.begin(), config.added_tokens.end(),
                     [&](const AddedToken& added) { return added.content == token; });
}

// What BertTokenizer makes of its keys; it looks for all five tokens. Padding and mask may be none.
bool is_berts(const TokenizerConfig& config) {
  const TokenizerConfig usual;
  const bool finds_all = finds(config.unk_token, config) && finds(config.cls_token, config) &&
                         finds(config.sep_token, config) &&
                         (config.pad_token.empty() || finds(config.pad_token, config)) &&
                         (config.mask_token.empty() || finds(config.mask_token, config));
  return finds_all && !config.normalizer_steps && !config.pre_tokenizer_steps &&
         !config.post_processor && config.normalizer.clean_text &&
         config.continuing_prefix == usual.continuing_prefix &&
         config.decoder_prefix == usual.decoder_prefix && config.decoder_joins &&
         config.decoder_cleanup && config.max_word_length == usual.max_word_length;
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
  apply_row_settings(root, name, config.row);
  config.model_max_length = get_model_max_length(root, name);
  config.tokenizer_class = get<std::string>(root, "tokenizer_class", config.tokenizer_class, name);
}

ordered_json make_tokenizer_config(const TokenizerConfig& config) {
  const std::optional<bool> strip = config.normalizer.strip_accents;
  // BertTokenizer builds what it is from these keys; the other takes tokenizer.json as it stands.
  const char* class_of_json = is_berts(config) ? "BertTokenizer" : "PreTrainedTokenizerFast";
  ordered_json root = {
      {"tokenizer_class",
       config.words.segmenter != nullptr ? segmenting_class(config) : class_of_json},
      {"do_lower_case", config.normalizer.lowercase},
      {"strip_accents", strip ? ordered_json(*strip) : ordered_json()},
      {"tokenize_chinese_chars", config.normalizer.tokenize_chinese_chars}};
  // A token that is named is looked for; one without a name is, where the key is not there.
  for (const auto& [key, token] : kNamedTokens)
    root[key] = finds(config.*token, config) ? ordered_json(config.*token) : ordered_json();
  if (config.model_max_length > 0) root["model_max_length"] = config.model_max_length;
  if (config.row.cut_at_begin) root["truncation_side"] = "left";
  if (const auto stated = make_segmentation(config); !stated.is_null())
    root["segmentation"] = stated;
  return root;
}

}  // namespace roformer::text
