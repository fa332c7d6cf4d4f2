// A look at TOML text before it is parsed.
#pragma once
#include <string_view>

namespace roformer::base {

/// Whether a character other than ASCII stands outside of strings and comments.
bool has_bare_non_ascii(std::string_view text);

/// TOML 1.0 has other characters than ASCII in strings and comments only; toml++ 3.3 does not survive
/// some of them elsewhere. Throws Error naming the line of the first such.
void require_ascii_outside_quotes(std::string_view text, std::string_view name);

}  // namespace roformer::base
