#include "roformer/text/byte_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/added_token_json.h"
#include "roformer/text/json_values.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kByT5 = "ByT5Tokenizer";
constexpr std::string_view kPerceiver = "PerceiverTokenizer";

struct Special {
  std::string content;
  bool strips;  // takes the white space around it
};

// The special tokens, then the 256 bytes, each written as the character of its number.
TokenizerFiles make_files(const std::vector<Special>& special, std::string_view tokenizer_class) {
  std::vector<std::string> tokens;
  TokenizerConfig config;
  config.model = PieceModel::bytes;
  config.tokenizer_class = tokenizer_class;
  config.source = tokenizer_class;
  config.first_byte_id = static_cast<std::int32_t>(special.size());
  for (const auto& [content, strips] : special) {
    config.added_tokens.push_back({.content = content,
                                   .id = static_cast<std::int32_t>(tokens.size()),
                                   .lstrip = strips,
                                   .rstrip = strips});
    tokens.push_back(content);
  }
  for (char32_t byte = 0; byte < 256; ++byte) unicode::append_utf8(byte, tokens.emplace_back());
  return {Vocabulary(std::move(tokens), tokenizer_class), std::move(config)};
}

TokenTemplate text_and_end(const std::string& token, std::int32_t id) {
  const TemplatePart first{.kind = TemplatePart::Kind::first};
  const TemplatePart second{.kind = TemplatePart::Kind::second};
  const TemplatePart end{.token = token, .ids = {id}};
  return {.single = {first, end}, .pair = {first, end, second, end}};
}

TokenTemplate cls_text_sep(const TemplatePart& cls, const TemplatePart& sep) {
  const TemplatePart first{.kind = TemplatePart::Kind::first};
  const TemplatePart second{.kind = TemplatePart::Kind::second};
  return {.single = {cls, first, sep}, .pair = {cls, first, sep, second, sep}};
}

void append_added_token(AddedToken token, TokenizerFiles& files) {
  std::vector<std::string> tokens = files.vocabulary.tokens();
  token.id = static_cast<std::int32_t>(tokens.size());
  tokens.push_back(token.content);
  files.vocabulary = Vocabulary(std::move(tokens), files.config.tokenizer_class);
  files.config.added_tokens.push_back(std::move(token));
}

// Renames and flags the special tokens, and adds those behind the bytes.
void apply_byte_added_tokens(const json& decoder, std::string_view name, TokenizerFiles& files) {
  std::vector<AddedToken> given = parse_added_tokens_decoder(decoder, name);
  std::sort(given.begin(), given.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  std::vector<std::string> tokens = files.vocabulary.tokens();
  std::vector<AddedToken>& added = files.config.added_tokens;
  for (AddedToken& token : given) {
    const auto size = static_cast<std::int32_t>(tokens.size());
    const bool special = token.id < files.config.first_byte_id;
    base::require(special || token.id == size,
                  "[text] {}: expected the added token '{}' to have an id below {} or the id {} "
                  "but got {}",
                  name, token.content, files.config.first_byte_id, size, token.id);
    if (special) {
      const auto place = static_cast<std::size_t>(token.id);
      tokens[place] = token.content;
      token.special = true;
      added[place] = token;
    } else {
      tokens.push_back(token.content);
      added.push_back(token);
    }
  }
  files.vocabulary = Vocabulary(std::move(tokens), name);
}

}  // namespace

bool is_byte_tokenizer(const json& config) {
  const auto place = config.find("tokenizer_class");
  if (place == config.end() || !place->is_string()) return false;
  const std::string name = place->get<std::string>();
  return name == kByT5 || name == kPerceiver;
}

TokenizerFiles byt5_files(std::int32_t extra_ids) {
  TokenizerFiles files = make_files({{"<pad>", true}, {"</s>", true}, {"<unk>", true}}, kByT5);
  TokenizerConfig& config = files.config;
  config.pad_token = "<pad>";
  config.unk_token = "<unk>";
  config.cls_token = "";
  config.sep_token = "</s>";
  config.mask_token = "";
  config.post_processor = text_and_end("</s>", 1);
  for (std::int32_t i = 0; i < extra_ids; ++i) {
    append_added_token({.content = fmt::format("<extra_id_{}>", i)}, files);
  }
  return files;
}

TokenizerFiles perceiver_files() {
  TokenizerFiles files = make_files({{"[PAD]", false},
                                     {"[BOS]", false},
                                     {"[EOS]", false},
                                     {"[MASK]", false},
                                     {"[CLS]", false},
                                     {"[SEP]", false}},
                                    kPerceiver);
  files.config.unk_token = "";
  files.config.invalid_bytes_stay = true;
  files.config.post_processor =
      cls_text_sep({.token = "[CLS]", .ids = {4}}, {.token = "[SEP]", .ids = {5}});
  return files;
}

TokenizerFiles parse_byte_tokenizer(const json& root, std::string_view name) {
  const bool byt5 = root["tokenizer_class"] == kByT5;
  const bool lists_tokens = root.contains("added_tokens_decoder");
  const std::int64_t extra_ids = get(root, "extra_ids", std::int64_t{125}, name);
  base::require(extra_ids >= 0 && extra_ids <= 1000,
                "[text] {}: expected extra_ids from 0 to 1000 but got {}", name, extra_ids);
  TokenizerFiles files = byt5 ? byt5_files(lists_tokens ? 0 : static_cast<std::int32_t>(extra_ids))
                              : perceiver_files();
  if (lists_tokens) apply_byte_added_tokens(root["added_tokens_decoder"], name, files);
  TokenizerConfig& config = files.config;
  config.source = name;
  config.pad_token = get_token(root, "pad_token", config.pad_token, name);
  config.unk_token = get_token(root, "unk_token", config.unk_token, name);
  config.mask_token = get_token(root, "mask_token", config.mask_token, name);
  config.cls_token = get_token(root, "cls_token", config.cls_token, name);
  config.sep_token = get_token(root, byt5 ? "eos_token" : "sep_token", config.sep_token, name);
  config.model_max_length = get_model_max_length(root, name);
  return files;
}

ordered_json make_byte_tokenizer_config(const TokenizerConfig& config,
                                        const std::vector<AddedToken>& added_tokens) {
  ordered_json root = {{"tokenizer_class", config.tokenizer_class}};
  const bool byt5 = config.tokenizer_class == kByT5;
  if (byt5) root["extra_ids"] = 0;
  const std::pair<const char*, const std::string*> names[] = {
      {"pad_token", &config.pad_token},
      {"unk_token", &config.unk_token},
      {"mask_token", &config.mask_token},
      {"cls_token", &config.cls_token},
      {byt5 ? "eos_token" : "sep_token", &config.sep_token}};
  for (const auto& [key, token] : names) {
    if (!token->empty()) root[key] = *token;
  }
  ordered_json decoder = ordered_json::object(), extra = ordered_json::array();
  for (const AddedToken& token : added_tokens) {
    ordered_json entry = make_added_token(token);
    entry.erase("id");
    decoder[std::to_string(token.id)] = entry;
    if (token.id >= config.first_byte_id) extra.push_back(token.content);
  }
  if (byt5) root["additional_special_tokens"] = extra;
  root["added_tokens_decoder"] = decoder;
  if (config.model_max_length > 0) root["model_max_length"] = config.model_max_length;
  return root;
}

}  // namespace roformer::text
