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

/// What options.keep leaves of a text that is cut; none: as the tokenizer's files say, which is its
/// begin unless they cut there.
std::optional<text::KeptPart> kept_of_cut(const LabelledOptions& options);

/// Encodes texts; counts those that were longer than options.max_length and are cut, the longer of
/// two first: of each options.keep stays.
class RowEncoder {
 public:
  RowEncoder(const text::Tokenizer& tokenizer, const LabelledOptions& options);

  /// Adds a row to a part. Throws Error where options.max_length leaves no token of each text.
  void add(const std::string& text, const std::optional<std::string>& text_pair, EncodedPart& part);
  /// Rows that there were, and that were cut.
  std::int64_t rows() const { return rows_; }
  std::int64_t cut() const { return cut_; }
  std::int64_t max_length() const { return max_length_; }

 private:
  void require_room(bool pair) const;
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
