// What files say, fit for a message: short, and on one line.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "roformer/unicode/utf8.h"

namespace roformer::labelled {

/// The first 60 characters of a text, control characters as "?", "…" for the rest.
inline std::string in_brief(std::string_view text) {
  constexpr int longest = 60;
  std::string brief;
  const char* end = text.data() + text.size();
  const char* p = text.data();
  for (int i = 0; i < longest && p < end; ++i) {
    const auto c = unicode::decode_utf8(p, end);
    unicode::append_utf8(c.code < ' ' || c.code == 0x7F ? U'?' : c.code, brief);
    p += c.size;
  }
  return p < end ? brief + "…" : brief;
}

/// "a, b, c": the first twenty, each in brief, and how many more there are.
inline std::string in_brief(const std::vector<std::string>& names) {
  constexpr std::size_t most = 20;
  std::string brief;
  for (std::size_t i = 0; i < names.size() && i < most; ++i)
    brief += (i > 0 ? ", " : "") + in_brief(names[i]);
  return names.size() > most ? fmt::format("{} and {} more", brief, names.size() - most) : brief;
}

}  // namespace roformer::labelled
