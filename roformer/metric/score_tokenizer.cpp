#include "roformer/metric/score_tokenizer.h"

#include "roformer/base/error.h"
#include "roformer/base/names.h"
#include "roformer/base/nearest_name.h"
#include "roformer/metric/score_words.h"
#include "roformer/metric/set_off.h"
#include "roformer/unicode/utf8.h"

namespace roformer::metric {
namespace {

constexpr base::Named<ScoreTokenizer> kScoreTokenizers[] = {
    {"13a", ScoreTokenizer::mteval_13a},
    {"intl", ScoreTokenizer::international},
    {"none", ScoreTokenizer::none},
    {"compounds", ScoreTokenizer::compounds},
    {"char", ScoreTokenizer::characters}};

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

// What Perl's \s is among bytes.
bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Whether a hyphen between two others stands at `i`.
bool is_compound_hyphen(std::string_view line, std::size_t i) {
  return i > 0 && i + 1 < line.size() && line[i] == '-' && !is_ascii_space(line[i - 1]) &&
         !is_ascii_space(line[i + 1]);
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

const char* name_of(ScoreTokenizer tokenizer) {
  const char* name = base::name_in(kScoreTokenizers, tokenizer);
  base::require(name != nullptr, "[metric] expected a tokenizer of BLEU but got number {}",
                static_cast<int>(tokenizer));
  return name;
}

ScoreTokenizer find_score_tokenizer(std::string_view name) {
  const auto tokenizer = base::find_named(kScoreTokenizers, name);
  base::require(
      tokenizer.has_value(),
      "[metric] expected 13a, intl, none, compounds or char as the tokenizer of BLEU but got "
      "'{}'{}",
      name, base::did_you_mean(name, {"13a", "intl", "none", "compounds", "char"}));
  return *tokenizer;
}

std::string separate_tokens(ScoreTokenizer tokenizer, std::string_view line) {
  switch (tokenizer) {
    case ScoreTokenizer::mteval_13a:
      return separate_13a(line);
    case ScoreTokenizer::international:
      return separate_international(line);
    case ScoreTokenizer::characters:
      return separate_characters(line);
    case ScoreTokenizer::compounds:
      return split_compounds(line);
    case ScoreTokenizer::none:
      break;
  }
  return std::string(line);
}

std::string separate_characters(std::string_view line) {
  std::string separated;
  separated.reserve(2 * line.size());
  for (const char32_t code : unicode::to_code_points(line)) {
    unicode::append_utf8(code, separated);
    separated += ' ';
  }
  return separated;
}

// On bytes: what stands beside an ASCII character in the rules may be any byte but a digit, so that
// the last or first byte of a longer character does for the whole.
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

std::string separate_international(std::string_view line) {
  const auto is_punctuation = [](char32_t code) { return score_category(code) == 'P'; };
  const auto is_no_number = [](char32_t code) { return score_category(code) != 'N'; };
  std::u32string codes = unicode::to_code_points(line);
  codes = set_off_second(codes, is_no_number, is_punctuation);
  codes = set_off_first(codes, is_punctuation, is_no_number);
  codes = set_off_each(codes, [](char32_t code) { return score_category(code) == 'S'; });
  std::string separated;
  separated.reserve(codes.size());
  for (const char32_t code : codes) unicode::append_utf8(code, separated);
  return separated;
}

// A match takes the characters on both sides with it, so that the next one begins behind them.
std::string split_compounds(std::string_view line) {
  std::string split;
  split.reserve(line.size());
  std::size_t taken = 0;  // what a match may not take again
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (i > taken && is_compound_hyphen(line, i)) {
      split += " ##AT##-##AT## ";
      taken = i + 2;
    } else {
      split += line[i];
    }
  }
  return split;
}

}  // namespace roformer::metric
