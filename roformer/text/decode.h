// Pieces back to text, as Hugging Face's WordPiece decoder joins them.
#pragma once
#include <string>
#include <string_view>

#include "roformer/text/encoding.h"

namespace roformer::text {

/// Appends one token to the text: a piece that continues joins, any other after a space.
void append_token(std::string_view token, std::string_view continuing_prefix, CleanUp clean_up,
                  std::string& text);

/// Removes the spaces of contractions and punctuation from a whole text.
std::string clean_up_spaces(std::string text);

}  // namespace roformer::text
