// Normalisation step by step, on whole texts and with all its alignments: BertNormalizer
// (clean-up, spaces around Chinese characters, decomposition with reordering, accents, lower case)
// and the other normalizers of tokenizer.json. CharacterTable does BertNormalizer's quicker for all
// but a few scripts; this states what it must give.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/normalized_character.h"
#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// The text, normalised; offsets count from `first_offset`.
std::vector<NormalizedCharacter> normalize(std::string_view text, const NormalizerOptions& options,
                                           std::int32_t first_offset = 0);

/// By the tokenizer's own steps if it states some, else by its options.
std::vector<NormalizedCharacter> normalize(std::string_view text, const TokenizerConfig& config,
                                           std::int32_t first_offset = 0);

/// The text of normalised characters as UTF-8.
std::string to_utf8(const std::vector<NormalizedCharacter>& characters);

}  // namespace roformer::text
