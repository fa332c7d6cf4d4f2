// The tokenizers of BERT and its kin: words of a vocabulary, and pieces of words.
#pragma once
#include "roformer/text/tokenizer.h"
#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// Throws Error if the vocabulary lacks the unknown token.
Tokenizer wordpiece_tokenizer(Vocabulary vocabulary, TokenizerConfig config = {});

}  // namespace roformer::text
