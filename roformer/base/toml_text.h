// A look at TOML text before it is parsed: toml++ 3.3 does not survive all that it may hold.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace roformer::base {

struct TomlFlaw {
  std::size_t place;    // in bytes
  const char* message;  // "expected …"
};

/// What toml++ must not see: a character other than ASCII outside of strings and comments (TOML 1.0
/// has none there) or behind something that is no TOML, more than 32 levels of brackets, a key of
/// more than 32 parts. Other text that is no TOML is left to toml++, which says more about it.
std::optional<TomlFlaw> find_toml_flaw(std::string_view text);

/// Throws Error naming the line of the text's flaw, if it has one.
void require_plain_toml(std::string_view text, std::string_view name);

}  // namespace roformer::base
