// The steps of a tokenizer.json besides BERT's own: how a text is normalised, cut into words, and
// which special tokens stand around it. Names and meanings are those of Hugging Face's tokenizers
// library.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace roformer::text {

/// One normalizer.
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

}  // namespace roformer::text
