// The tokenizer of a translation recipe: given as a folder, a SentencePiece model or subword-nmt's
// codes, or trained on the training pairs and kept in the cache.
#pragma once
#include "roformer/parallel/parallel_options.h"
#include "roformer/parallel/parallel_text.h"
#include "roformer/text/tokenizer.h"

namespace roformer::parallel {

/// Loads or trains it. Throws Error naming file and key.
text::Tokenizer find_subword_tokenizer(const ParallelOptions& options,
                                       const ParallelText& training_text, int threads);

}  // namespace roformer::parallel
