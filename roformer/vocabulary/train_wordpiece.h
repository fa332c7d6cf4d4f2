// Trains a WordPiece vocabulary from text: words are counted, then the most frequent pair of
// neighbouring pieces is merged until the vocabulary is full (as Hugging Face's WordPieceTrainer
// does). Deterministic.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::vocabulary {

struct WordPieceTrainerOptions {
  std::int32_t vocabulary_size = 30000;
  std::int64_t min_frequency = 2;      // of a merged pair
  std::int64_t alphabet_limit = 1000;  // the most frequent characters stay
  std::vector<std::string> special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                             "[MASK]"};  // the first ids
  text::NormalizerOptions normalizer = {};
  std::int64_t expected_bytes = 0;  // of the text, for the progress bar; 0: no bar
};

/// `next_chunk` puts the next piece of text (whole lines, any number) into its argument and returns
/// false when there is none. Throws Error if there is no word in the text, or no room for the
/// special tokens.
text::Vocabulary train_wordpiece(const std::function<bool(std::string&)>& next_chunk,
                                 const WordPieceTrainerOptions& options = {});

}  // namespace roformer::vocabulary
