// Lines of text as token sequences that fit a model. No tensors here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/model/config.h"
#include "roformer/pipeline/lines.h"
#include "roformer/text/tokenizer.h"

namespace roformer::pipeline {

/// One sequence: a line, or a window of it.
struct Piece {
  std::size_t line = 0;  // index into Lines::texts
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;  // as many
  bool is_cut = false;                 // the line was longer, and its end is left out, or its begin
  std::int64_t begin =
      0;  // of the line's own tokens, which one [CLS] stands before, the first in this piece
  std::vector<text::Offset> offsets =
      {};  // where each stands in its line: encode_rows, encode_texts
};

/// Throws Error if the tokenizer gives ids that a model of `vocab_size` has no row for; a smaller
/// vocabulary is common: vocab_size is often padded. `model` is what the message calls it.
void require_fit(std::int64_t vocabulary_size, std::int64_t vocab_size, const std::string& model);

/// A model's tokenizer and the limit of its positions.
class TextEncoder {
 public:
  /// Throws Error if the tokenizer does not fit the model, or the lengths make no sense.
  TextEncoder(text::Tokenizer tokenizer, const model::EncoderConfig& config,
              const LengthOptions& options, const std::string& model = PipelineOptions().name);

  /// At least one piece a line (an empty line is [CLS] [SEP]), in the order of the lines.
  std::vector<Piece> encode(const Lines& lines) const;
  /// One piece a line: a text, or two that its first tab separates. Throws LineError for a line that
  /// is too long, unless it is to be cut.
  std::vector<Piece> encode_rows(const Lines& lines) const;
  /// The same of rows whose texts are known apart.
  std::vector<Piece> encode_rows(const TextRows& rows) const;
  /// The same, but each line is one text, tabs and all, and pieces say where their tokens stand.
  std::vector<Piece> encode_texts(const Lines& lines) const;
  const text::Tokenizer& tokenizer() const { return tokenizer_; }
  /// Tokens that a sequence may have; 0: any number.
  std::int64_t max_length() const { return max_length_; }

 private:
  void encode_line(const Lines& lines, std::size_t line, std::vector<Piece>& pieces) const;
  void require_room_for_two() const;
  text::Encoding encode_row(const TextRow& row, std::int64_t most) const;

  text::Tokenizer tokenizer_;
  std::int64_t max_length_;  // 0: none
  std::optional<std::int64_t> stride_;
  bool truncate_;
  std::optional<text::KeptPart> keep_;
};

}  // namespace roformer::pipeline
