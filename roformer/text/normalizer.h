// Normalisation step by step, on whole texts and with all its alignments: BertNormalizer
// (clean-up, spaces around Chinese characters, decomposition with reordering, accents, lower case)
// and the other normalizers of tokenizer.json. CharacterTable does BertNormalizer's quicker for all
// but a few scripts; this states what it must give. And the cut into words by the pre-tokenizers.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/encoding.h"
#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// A character on its way to a token, and where it came from.
struct NormalizedCharacter {
  char32_t code;
  Offset source;  // code points of the text it comes from
};

/// One of NFC, NFD, NFKC and NFKD.
struct NormalForm {
  bool compatible;  // NFKC, NFKD: compatibility characters too
  bool composed;    // NFC, NFKC
};

/// The characters in one of the four normal forms of Unicode (UAX #15), each with the place in the
/// text that Hugging Face's tokenizers library gives it.
std::vector<NormalizedCharacter> normal_form(const std::vector<NormalizedCharacter>& characters,
                                             NormalForm form);

/// The text, normalised; offsets count from `first_offset`.
std::vector<NormalizedCharacter> normalize(std::string_view text, const NormalizerOptions& options,
                                           std::int32_t first_offset = 0);

/// By the tokenizer's own steps if it states some, else by its options.
std::vector<NormalizedCharacter> normalize(std::string_view text, const TokenizerConfig& config,
                                           std::int32_t first_offset = 0);

/// The text of normalised characters as UTF-8.
std::string to_utf8(const std::vector<NormalizedCharacter>& characters);

/// The words of the characters, none empty, in their order; without steps the whole is one word.
std::vector<std::span<const NormalizedCharacter>> pre_tokenize(
    std::span<const NormalizedCharacter> characters, const std::vector<PreTokenizerStep>& steps);

}  // namespace roformer::text
