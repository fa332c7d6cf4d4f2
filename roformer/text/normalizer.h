// BertNormalizer step by step, on whole texts and with all its alignments: clean-up, spaces around
// Chinese characters, decomposition with reordering, accents, lower case. CharacterTable does the
// same quicker for all but a few scripts; this states what it must give.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/encoding.h"
#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

struct NormalizedCharacter {
  char32_t code;
  Offset source;  // code points of the text it comes from
};

/// The text, normalised; offsets count from `first_offset`.
std::vector<NormalizedCharacter> normalize(std::string_view text, const NormalizerOptions& options,
                                           std::int32_t first_offset = 0);

/// The text of normalised characters as UTF-8.
std::string normalize_to_utf8(std::string_view text, const NormalizerOptions& options);

}  // namespace roformer::text
