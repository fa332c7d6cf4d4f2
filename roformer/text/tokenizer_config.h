// How text is normalised and which tokens are special: tokenizer_config.json, or the matching parts
// of tokenizer.json.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/segmentation/jieba.h"
#include "roformer/text/row_settings.h"

namespace roformer::text {

/// One normalizer; names and meanings of all steps are those of Hugging Face's tokenizers library.
struct NormalizerStep {
  enum class Kind {
    bert,           // BertNormalizer, with the tokenizer's NormalizerOptions
    lowercase,      // Lowercase
    nfc,            // the four normal forms of Unicode
    nfd,            //
    nfkc,           //
    nfkd,           //
    strip_accents,  // StripAccents: every combining mark goes
    strip,          // Strip: white space at the ends
    replace,        // Replace: a string by another
    prepend,        // Prepend: a string before a text that is not empty
  };
  Kind kind = Kind::bert;
  bool left = true;          // strip: at the beginning
  bool right = true;         // and at the end
  std::string pattern = {};  // replace
  std::string content = {};  // replace, prepend
  friend bool operator==(const NormalizerStep&, const NormalizerStep&) = default;
};

/// What becomes of the separator where a text is cut.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// One pre-tokenizer.
struct PreTokenizerStep {
  enum class Kind {
    bert,              // BertPreTokenizer: white space goes, punctuation stands alone
    whitespace,        // Whitespace: \w+|[^\w\s]+
    whitespace_split,  // WhitespaceSplit
    punctuation,       // Punctuation, by behavior
    digits,            // Digits: isolated or contiguous
    split,             // Split at a string, and CharDelimiterSplit
    characters,        // every character alone
  };
  Kind kind = Kind::bert;
  SplitBehavior behavior = SplitBehavior::isolated;
  std::string pattern = {};  // split
  bool invert = false;       // split: the pattern is what stays, not what separates
  friend bool operator==(const PreTokenizerStep&, const PreTokenizerStep&) = default;
};

/// A special token, or one of the two texts, of a TemplateProcessing.
struct TemplatePart {
  enum class Kind { special, first, second };
  Kind kind = Kind::special;
  std::string token = {};              // special: its name
  std::vector<std::int32_t> ids = {};  // special
  std::int32_t type_id = 0;
  friend bool operator==(const TemplatePart&, const TemplatePart&) = default;
};

/// What stands around one text, and around two.
struct TokenTemplate {
  std::vector<TemplatePart> single;
  std::vector<TemplatePart> pair;
};

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

/// Chinese in words of a dictionary instead of BertPreTokenizer's.
struct WordSegmentation {
  /// What comes first. All keep the words that the vocabulary has.
  enum class Order {
    normalize_first,  // BertNormalizer, cut; the rest at white space and Chinese characters
                      // (transformers 5, and 4's fast class)
    cut_first,        // lower case, cut; the rest as BERT's texts (transformers 4's slow class)
    strip_first       // lower case without accents, cut; the rest as BERT's texts (Zhuiyi's)
  };
  std::shared_ptr<const segmentation::Segmenter> segmenter = {};  // none: no segmentation
  Order order = Order::normalize_first;
  segmentation::SegmenterOptions options = {};  // of the segmenter
};

struct TokenizerConfig {
  std::string source = "vocabulary";              // where it was read, for messages
  std::string tokenizer_class = "BertTokenizer";  // transformers' name for it
  RowSettings row = {};
  NormalizerOptions normalizer = {};
  /// Set: these instead of BertNormalizer alone; none at all where empty.
  std::optional<std::vector<NormalizerStep>> normalizer_steps = {};
  /// Set: these instead of BertPreTokenizer; where empty, a text is one word.
  std::optional<std::vector<PreTokenizerStep>> pre_tokenizer_steps = {};
  WordSegmentation words = {};
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
  std::vector<AddedToken> added_tokens = {};  // found in a text before it is cut
};

/// A special token of a configuration by its key in JSON files.
struct NamedToken {
  const char* key;
  std::string TokenizerConfig::*token;
};
/// The five of them.
inline constexpr NamedToken kNamedTokens[] = {{"unk_token", &TokenizerConfig::unk_token},
                                              {"pad_token", &TokenizerConfig::pad_token},
                                              {"cls_token", &TokenizerConfig::cls_token},
                                              {"sep_token", &TokenizerConfig::sep_token},
                                              {"mask_token", &TokenizerConfig::mask_token}};

}  // namespace roformer::text
