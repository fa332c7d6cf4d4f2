// Names out of files that nobody vouches for, fit for a message: one line, ASCII, short.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::format {

/// `text` with "?" for whatever is no printable ASCII, cut after 120 characters.
inline std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 120;
  std::string result(text.substr(0, kLongest));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  if (text.size() > kLongest) result += "...";
  return result;
}

/// "a, b, c": the first six names, each so; "…" for the others.
inline std::string printable(const std::vector<std::string>& names) {
  constexpr std::ptrdiff_t most = 6;
  std::string result;
  for (std::ptrdiff_t i = 0; i < std::min(most, std::ssize(names)); ++i)
    result += (i > 0 ? ", " : "") + printable(names[static_cast<std::size_t>(i)]);
  return std::ssize(names) > most ? result + ", …" : result;
}

}  // namespace roformer::format
