// A few held-out sentences with a word masked, to see what a model has learned.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/data/corpus.h"

namespace roformer::study {

struct MaskedSentence {
  std::string text;    // as the model reads it, with one [MASK]
  std::string answer;  // what stood there
};

/// The first `count` held-out documents that begin with a sentence of 8 to 24 words, spread over
/// the corpus, each with one whole word of at least three letters masked. Always the same ones.
std::vector<MaskedSentence> held_out_sentences(const data::Corpus& corpus, std::int64_t count);

}  // namespace roformer::study
