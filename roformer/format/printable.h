// Names out of files that nobody vouches for, fit for a message: one line, ASCII, short.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

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

}  // namespace roformer::format
