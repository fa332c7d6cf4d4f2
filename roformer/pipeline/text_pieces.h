// Lines of text as token sequences that fit a model, and the batches they are computed in.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roformer/data/token_batch.h"
#include "roformer/model/config.h"
#include "roformer/text/tokenizer.h"

namespace roformer::pipeline {

/// How long a sequence may be. A longer line is an Error that names it, unless it is to be read in
/// overlapping windows (`stride`) or cut (`truncate`).
struct LengthOptions {
  std::int64_t max_length =
      0;  // tokens, [CLS] and [SEP] included; 0: what the model's positions allow
  std::optional<std::int64_t> stride;  // tokens that a window shares with the one before it
  bool truncate = false;               // what is too long is left out
};

/// Lines of a larger input; `first` is the number of the first of them, for messages.
struct Lines {
  std::span<const std::string> texts;
  std::int64_t first = 1;
};

/// One sequence: a line, or a window of it.
struct Piece {
  std::size_t line = 0;  // index into Lines::texts
  std::vector<std::int32_t> ids, type_ids;
  std::int64_t begin =
      0;  // of the line's own tokens, which one [CLS] stands before, the first in this piece
};

/// The tokenizer of a checkpoint and the limit of its positions.
class TextEncoder {
 public:
  /// Throws Error if the folder has no tokenizer, its vocabulary is not of vocab_size, or the
  /// lengths make no sense.
  TextEncoder(const std::filesystem::path& folder, const model::EncoderConfig& config,
              const LengthOptions& options);

  /// At least one piece a line (an empty line is [CLS] [SEP]), in the order of the lines.
  std::vector<Piece> encode(const Lines& lines) const;
  const text::Tokenizer& tokenizer() const { return tokenizer_; }

 private:
  void encode_line(const Lines& lines, std::size_t line, std::vector<Piece>& pieces) const;

  text::Tokenizer tokenizer_;
  std::int64_t max_length_;  // 0: none
  std::optional<std::int64_t> stride_;
  bool truncate_;
};

/// Tokens of each piece.
std::vector<std::int64_t> lengths_of(std::span<const Piece> pieces);

/// The chosen pieces end to end, positions from 0, segments as the tokenizer says.
data::TokenBatch token_batch(std::span<const Piece> pieces, std::span<const std::size_t> chosen);

}  // namespace roformer::pipeline
