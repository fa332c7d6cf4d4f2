#include "roformer/base/toml_text.h"

#include <algorithm>
#include <string>

#include "roformer/base/byte_order_mark.h"
#include "roformer/base/error.h"

namespace roformer::base {
namespace {

// Behind the string that begins at `begin` with one quote or three; with one it ends with its line.
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
  std::size_t place = 0;
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

constexpr std::size_t most_levels = 32;

bool has_non_ascii(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// Follows brackets, keys and values through a text. toml++ reads a value that begins with no quote
// or bracket up to the next blank, comma or closing bracket, so that what looks like a string
// within (`+e["é"]`) is none to it.
class TomlStructure {
 public:
  explicit TomlStructure(std::string_view text) : text_(text) {}

  /// The first place with too many levels or, where other characters than ASCII come later, the
  /// first that is no TOML; nullopt if there is none.
  std::optional<TomlFlaw> flaw() {
    for (std::size_t place = 0; place < text_.size();) {
      const std::size_t end = end_of_part(place);
      // Keys have no strings of three quotes: toml++ reads an empty one there and goes on bare.
      const bool key_of_three = before_key_part() && begins_with_three_quotes(place);
      if ((!step(text_[place]) || key_of_three) && has_non_ascii(text_.substr(place)))
        return TomlFlaw{place, "expected a key or a value to end or to be in quotes"};
      if (open_.size() > most_levels)
        return TomlFlaw{place, "expected at most 32 levels of brackets"};
      if (dots_ >= most_levels) return TomlFlaw{place, "expected at most 32 parts in a key"};
      place = end;
    }
    return std::nullopt;
  }

 private:
  static constexpr char line_start = '\n', bare = 'a', header = 'h';

  std::size_t end_of_part(std::size_t place) const {
    const char c = text_[place];
    if (c == '#') return std::min(text_.find('\n', place), text_.size());
    return c == '"' || c == '\'' ? end_of_string(text_, place) : place + 1;
  }

  bool begins_with_three_quotes(std::size_t place) const {
    const std::string_view three = text_.substr(place, 3);
    return three == "\"\"\"" || three == "'''";
  }

  bool in(char bracket) const { return !open_.empty() && open_.back() == bracket; }
  bool before_value() const { return last_ == '=' || (in('[') && (last_ == '[' || last_ == ',')); }
  bool in_key() const {
    if (open_.empty()) return mark_ == line_start;
    return in(header) || (in('{') && (mark_ == '{' || mark_ == ','));
  }
  bool before_key_part() const { return in_key() && (last_ == mark_ || last_ == '.'); }

  void mark(char c) {
    mark_ = last_ = c;
    dots_ = 0;
  }

  bool open(char c, bool expected) {
    open_ += c;
    mark(c);
    return expected;
  }

  // Takes in a part that begins with `c`; whether TOML may have it here.
  bool step(char c) {
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '#':
        return true;
      case '\n':
        if (open_.empty()) mark(line_start);
        return true;
      case '[':
        if (open_.empty() && last_ == line_start) return open(header, true);
        if (in(header) && last_ == header) return open(header, true);
        return open('[', before_value());
      case '{':
        return open('{', before_value());
      case ']':
      case '}':
        if (!open_.empty()) open_.pop_back();
        mark(c);
        return true;
      case '=': {
        const bool expected = in_key() && !in(header);
        mark(c);
        return expected;
      }
      case ',':
        mark(c);
        return true;
      case '"':
      case '\'': {
        const bool expected = before_value() || before_key_part();
        last_ = c;
        return expected;
      }
      default:
        if (c == '.') ++dots_;
        last_ = c == '.' ? '.' : bare;
        return true;
    }
  }

  std::string_view text_;
  std::string open_;        // the brackets around, the outermost first
  char mark_ = line_start;  // the last bracket, comma, equals sign or line's end
  char last_ = line_start;  // the last part of any kind
  std::size_t dots_ = 0;    // since the mark
};

}  // namespace

std::optional<TomlFlaw> find_toml_flaw(std::string_view text) {
  const std::size_t size = text.size();
  text = without_byte_order_mark(text);
  const std::size_t bare = find_bare_non_ascii(text);
  auto flaw =
      bare < text.size()
          ? TomlFlaw{bare, "expected characters other than ASCII in quotes or comments only"}
          : TomlStructure(text).flaw();
  if (flaw) flaw->place += size - text.size();
  return flaw;
}

void require_plain_toml(std::string_view text, std::string_view name) {
  const auto flaw = find_toml_flaw(text);
  if (!flaw) return;
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(flaw->place), '\n');
  fail("[recipe] {}:{}: {}", name, line, flaw->message);
}

}  // namespace roformer::base
