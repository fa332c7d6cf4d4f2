#include "roformer/base/toml_text.h"

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::base {
namespace {

// Behind the string that begins at `begin` with one quote or three; strings of one quote end with
// their line.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  const std::string_view rest = text.substr(begin);
  const bool long_string = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
  const std::size_t width = long_string ? 3 : 1;
  for (std::size_t i = width; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
      continue;
    }
    if (!long_string && rest[i] == '\n') return begin + i;
    if (rest[i] != quote) continue;
    if (!long_string) return begin + i + 1;
    const std::size_t end = std::min(rest.find_first_not_of(quote, i), rest.size());
    if (end - i >= 3) return begin + end;
    i = end - 1;
  }
  return text.size();
}

// The place of the first character other than ASCII that stands bare, or the text's size.
std::size_t find_bare_non_ascii(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::size_t place = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  while (place < text.size()) {
    const char c = text[place];
    if (c == '#') {
      place = std::min(text.find('\n', place), text.size());
    } else if (c == '"' || c == '\'') {
      place = end_of_string(text, place);
    } else {
      if (static_cast<unsigned char>(c) >= 0x80) return place;
      ++place;
    }
  }
  return text.size();
}

}  // namespace

bool has_bare_non_ascii(std::string_view text) {
  return find_bare_non_ascii(text) < text.size();
}

void require_ascii_outside_quotes(std::string_view text, std::string_view name) {
  const std::size_t place = find_bare_non_ascii(text);
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n');
  require(place == text.size(),
          "[recipe] {}:{}: expected characters other than ASCII in quotes or comments only", name,
          line);
}

}  // namespace roformer::base
