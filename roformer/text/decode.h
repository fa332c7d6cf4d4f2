// Pieces back to text, as Hugging Face's WordPiece decoder joins them.
#pragma once
#include <string>
#include <string_view>

#include "roformer/text/encoding.h"
#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// Appends one token to the text, the first of it or a later one: a piece that continues joins, any
/// other stands after a space.
void append_token(std::string_view token, bool first, const TokenizerConfig& config,
                  CleanUp clean_up, std::string& text);

/// Removes the spaces of contractions and punctuation from a whole text.
std::string clean_up_spaces(std::string text);

}  // namespace roformer::text
