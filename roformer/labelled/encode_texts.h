// Texts and pairs of texts as rows of tokens of a largest length.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "roformer/labelled/encoded_part.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/labelled/labelled_text.h"
#include "roformer/text/tokenizer.h"

namespace roformer::labelled {

/// Encodes texts; counts those that were longer than options.max_length and are cut, the longer of
/// two first: of each options.keep stays.
class RowEncoder {
 public:
  RowEncoder(const text::Tokenizer& tokenizer, const LabelledOptions& options);

  /// Adds a row to a part.
  void add(const std::string& text, const std::optional<std::string>& text_pair, EncodedPart& part);
  /// Rows that there were, and that were cut.
  std::int64_t rows() const { return rows_; }
  std::int64_t cut() const { return cut_; }
  std::int64_t max_length() const { return max_length_; }

 private:
  void encode(const std::string& text, const std::optional<std::string>& text_pair,
              std::int64_t max_length);

  const text::Tokenizer& tokenizer_;
  std::int64_t max_length_;
  std::optional<text::KeptPart> keep_;  // none: the tokenizer's own
  std::int64_t rows_ = 0, cut_ = 0;
  text::Encoding encoding_;
};

/// The texts that a vocabulary is trained on, pairs in one.
std::vector<std::string> whole_texts(const LabelledText& text);

}  // namespace roformer::labelled
