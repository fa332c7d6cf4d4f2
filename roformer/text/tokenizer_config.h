// How text is normalised and which tokens are special: tokenizer_config.json, or the matching parts
// of tokenizer.json.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "roformer/text/text_steps.h"

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
  bool appended = false;     // to the vocabulary after its training: no word becomes it
};

struct TokenizerConfig {
  std::string source = "vocabulary";              // where it was read, for messages
  std::string tokenizer_class = "BertTokenizer";  // transformers' name for it
  NormalizerOptions normalizer = {};
  /// Set: these instead of BertNormalizer alone; none at all where empty.
  std::optional<std::vector<NormalizerStep>> normalizer_steps = {};
  /// Set: these instead of BertPreTokenizer; where empty, a text is one word.
  std::optional<std::vector<PreTokenizerStep>> pre_tokenizer_steps = {};
  /// Set: this instead of [CLS] A [SEP] B [SEP] with the types 0 0 0 1 1.
  std::optional<TokenTemplate> post_processor = {};
  std::string unk_token = "[UNK]";
  std::string pad_token = "[PAD]";
  std::string cls_token = "[CLS]";
  std::string sep_token = "[SEP]";
  std::string mask_token = "[MASK]";
  std::string continuing_prefix = "##";
  std::string decoder_prefix = "##";          // taken off when pieces are joined
  bool decoder_joins = true;                  // false: tokens joined by spaces, as they are
  bool decoder_cleanup = true;                // removes spaces before punctuation
  std::int64_t max_word_length = 100;         // in characters; a longer word is unknown
  std::int64_t model_max_length = 0;          // 0: not stated
  std::vector<AddedToken> added_tokens = {};  // besides the five above
};

}  // namespace roformer::text
