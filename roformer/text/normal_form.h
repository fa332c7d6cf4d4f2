// The four normal forms of Unicode (UAX #15) with the alignment that Hugging Face's tokenizers
// library gives each character.
#pragma once
#include <vector>

#include "roformer/text/normalized_character.h"

namespace roformer::text {

/// One of NFC, NFD, NFKC and NFKD.
struct NormalForm {
  bool compatible;  // NFKC, NFKD: compatibility characters too
  bool composed;    // NFC, NFKC
};

/// The characters in one of the four normal forms of Unicode, each with its place in the text.
std::vector<NormalizedCharacter> normal_form(const std::vector<NormalizedCharacter>& characters,
                                             NormalForm form);

}  // namespace roformer::text
