// The byte order mark that some programs put before UTF-8, where it is no part of the text.
#pragma once
#include <string_view>

namespace roformer::base {

/// U+FEFF as UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A text without the mark that it may begin with.
constexpr std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace roformer::base
