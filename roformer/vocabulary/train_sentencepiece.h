// Trains a joint subword vocabulary by SentencePiece in BPE mode (Kudo and Richardson 2018;
// Sennrich et al. 2016) with the library's own trainer. Deterministic.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace roformer::vocabulary {

/// What is trained, and on how much of the text.
struct SentencePieceTrainerOptions {
  // Of the translation model's table: </s>, <unk>, the pieces, <pad>. Pieces are three fewer.
  std::int64_t vocabulary_size = 8000;
  double character_coverage = 1.0;  // share of the text whose characters become pieces
  std::int64_t most_lines = 0;      // a fixed sample of that many lines; 0: all
  int threads = 1;
};

/// The bytes of a .model whose pieces are <unk> and then those that text::sentencepiece_tokenizer()
/// numbers. `next_line` puts the next line (both languages, any order) into its argument and
/// returns false when there is none; lines of more than 4,192 bytes and empty ones are left out. A
/// text too small for the size gives the pieces that there are. Throws Error where the characters
/// alone need more, naming the smallest possible size, or where there is no text.
std::string train_sentencepiece(const std::function<bool(std::string&)>& next_line,
                                const SentencePieceTrainerOptions& options = {});

}  // namespace roformer::vocabulary
