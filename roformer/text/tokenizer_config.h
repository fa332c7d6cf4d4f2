// How text is normalised and which tokens are special: tokenizer_config.json, or the matching parts
// of tokenizer.json.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace roformer::text {

/// BertNormalizer's switches.
struct NormalizerOptions {
  bool clean_text = true;
  bool tokenize_chinese_chars = true;
  std::optional<bool> strip_accents = {};  // not set: as `lowercase`
  bool lowercase = true;
};

/// A token that is found in the text as it stands, before it is cut into words.
struct AddedToken {
  std::string content = {};
  std::int32_t id = -1;
  bool special = true;
  bool normalized = false;   // looked for in the normalised text, not in the raw one
  bool single_word = false;  // not as part of a word
  bool lstrip = false;       // takes the white space on its left
  bool rstrip = false;       // and on its right
};

struct TokenizerConfig {
  NormalizerOptions normalizer = {};
  std::string unk_token = "[UNK]";
  std::string pad_token = "[PAD]";
  std::string cls_token = "[CLS]";
  std::string sep_token = "[SEP]";
  std::string mask_token = "[MASK]";
  std::string continuing_prefix = "##";
  std::int64_t max_word_length = 100;         // in characters; a longer word is unknown
  std::int64_t model_max_length = 0;          // 0: not stated
  std::vector<AddedToken> added_tokens = {};  // besides the five above
};

}  // namespace roformer::text
