#include "roformer/text/tokenizer_settings.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/text/added_token_json.h"
#include "roformer/text/json_values.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

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

// Japanese BERT of characters: NFKC, then each character that is no white space. Words that the
// MeCab program cuts are not supported.
void apply_japanese_class(const json& root, std::string_view name, TokenizerConfig& config) {
  const auto word = get<std::string>(root, "word_tokenizer_type", "basic", name);
  const auto subword = get<std::string>(root, "subword_tokenizer_type", "wordpiece", name);
  if (word == "basic" && subword == "wordpiece") return;
  base::require(subword == "character",
                "[text] {}: subword_tokenizer_type {} after word_tokenizer_type {} is not "
                "supported; character is",
                name, subword, word);
  using Normalizer = NormalizerStep::Kind;
  using PreTokenizer = PreTokenizerStep::Kind;
  config.normalizer_steps.emplace();
  if (word == "basic") {
    config.normalizer_steps->push_back({.kind = Normalizer::bert});
  }
  config.normalizer_steps->push_back({.kind = Normalizer::nfkc});
  if (word != "basic" && config.normalizer.lowercase)
    config.normalizer_steps->push_back({.kind = Normalizer::lowercase});
  config.pre_tokenizer_steps = {{.kind = PreTokenizer::whitespace_split},
                                {.kind = PreTokenizer::characters}};
}

bool is_chinese_word(std::string_view token) {
  int characters = 0;
  const char* end = token.data() + token.size();
  for (const char* p = token.data(); p < end; ++characters) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    if (!unicode::is_chinese_character(c.code)) return false;
    p += c.size;
  }
  return characters > 1;
}

// A few words do not make a vocabulary of words: one in a hundred does.
bool has_chinese_words(const Vocabulary& vocabulary) {
  const auto& tokens = vocabulary.tokens();
  const auto words = std::count_if(tokens.begin(), tokens.end(), is_chinese_word);
  return words > 0 && words * 100 >= static_cast<std::ptrdiff_t>(tokens.size());
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
  if (config.tokenizer_class.starts_with("BertJapanese")) apply_japanese_class(root, name, config);
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

void apply_roformer_class(const Vocabulary& vocabulary, TokenizerConfig& config) {
  if (!config.tokenizer_class.starts_with("RoFormer")) return;
  // Its tokenizer.json cannot name the cut into words: what stands there, null or
  // BertPreTokenizer, is a placeholder.
  config.pre_tokenizer_steps.reset();
  config.normalizer.tokenize_chinese_chars = true;
  if (!has_chinese_words(vocabulary)) return;
  spdlog::warn(
      "{}: {} cuts Chinese into the words of jieba's dictionary first, and this vocabulary has "
      "such "
      "words; that cut is not there yet: Chinese is cut into characters, and its ids differ from "
      "those that the model was trained with",
      config.source, config.tokenizer_class);
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
