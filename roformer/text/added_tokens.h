// Tokens that stand in a vocabulary besides its words, or were added behind it.
#pragma once
#include <string>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// Makes config.added_tokens complete: the special tokens that are only named join them, and those
/// that the vocabulary lacks join it, behind it or in its gaps, `appended` then. Throws Error
/// naming `name` for an id that is neither.
void complete_added_tokens(TokenizerConfig& config, Vocabulary& vocabulary,
                           const std::string& name);

}  // namespace roformer::text
