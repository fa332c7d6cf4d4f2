// Sentences of words as rows of tokens: each word is cut into pieces by itself, and stands in its
// row by the first of them, as transformers' is_split_into_words=True does.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "roformer/labelled/encoded_part.h"
#include "roformer/text/tokenizer.h"

namespace roformer::labelled {

/// The piece that a word's label belongs to.
struct FirstPiece {
  std::int64_t token;  // its place within the row
  std::int64_t word;   // the word's number within the part, all sentences end to end
};

/// Words begin … end − 1 of a part.
struct WordRange {
  std::int64_t begin, end;
};

/// The sentences of a part: an example each, of more than one row where it is long.
class WordRows {
 public:
  /// Rows of at most `max_length` tokens. Throws Error where what the tokenizer puts around a text
  /// leaves no place for a word.
  WordRows(text::Tokenizer tokenizer, std::int64_t max_length);

  /// Adds a sentence. A row ends before the word that does not fit in, and a word that is longer
  /// than a row is cut to its first pieces.
  void add(const std::vector<std::string>& words);

  const EncodedPart& part() const { return part_; }
  /// The rows go elsewhere, the words stay: after this nothing is added, and part() is empty.
  EncodedPart take_part() { return std::exchange(part_, {}); }
  std::int64_t num_words() const { return word_begins_.back(); }
  /// Those of the words that begin in a row, in their order.
  std::span<const FirstPiece> first_pieces(std::int64_t row) const;
  WordRange words_of(std::int64_t sentence) const;

  /// Words of which nothing is left (control characters, say), so that no piece stands for them.
  std::int64_t words_without_piece() const { return words_without_piece_; }
  std::int64_t cut_words() const { return cut_words_; }
  /// Sentences of more than one row.
  std::int64_t long_sentences() const { return long_sentences_; }

 private:
  void add_word(const std::string& word);
  void begin_row();
  void end_row();

  text::Tokenizer tokenizer_;
  std::int64_t room_ = 0;  // pieces of words in a row
  EncodedPart part_;
  text::Encoding row_;                // that is being made
  std::vector<std::int32_t> pieces_;  // of the word that is being added
  std::vector<FirstPiece> first_pieces_;
  std::vector<std::size_t> row_begins_ = {0};  // in first_pieces_
  std::vector<std::int64_t> word_begins_ = {0};
  std::int64_t word_ = 0;
  std::int64_t words_without_piece_ = 0, cut_words_ = 0, long_sentences_ = 0;
};

}  // namespace roformer::labelled
