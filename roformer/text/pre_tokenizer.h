// The cut of a normalised text into words by the pre-tokenizers of tokenizer.json.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "roformer/text/normalized_character.h"
#include "roformer/text/text_steps.h"

namespace roformer::text {

/// The words of the characters, none empty, in their order; without steps the whole is one word.
std::vector<std::span<const NormalizedCharacter>> pre_tokenize(
    std::span<const NormalizedCharacter> characters, const std::vector<PreTokenizerStep>& steps);

}  // namespace roformer::text
