// On bytes: what stands beside an ASCII character in the rules may be any byte but a digit, so that
// the last or first byte of a longer character does for the whole.
#include "roformer/metric/score_tokenizer.h"
#include "roformer/metric/set_off.h"

namespace roformer::metric {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// In this order: "&amp;lt;" ends as "<", "&amp;quot;" as "&quot;".
void undo_entities(std::string& text) {
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
}

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_point(char c) {
  return c == '.' || c == ',';
}

// ASCII punctuation but for ' , - and . and the space itself.
bool is_set_apart(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

}  // namespace

std::string separate_13a(std::string_view line) {
  std::string text(line);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  undo_entities(text);
  const auto is_no_digit = [](char c) { return !is_ascii_digit(c); };
  text = set_off_each(" " + text + " ", is_set_apart);
  text = set_off_second(text, is_no_digit, is_point);
  text = set_off_first(text, is_point, is_no_digit);
  return set_off_second(text, is_ascii_digit, [](char c) { return c == '-'; });
}

}  // namespace roformer::metric
