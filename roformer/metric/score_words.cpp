#include "roformer/metric/score_words.h"

#include <cstdint>

#include "roformer/unicode/unicode.h"
#include "roformer/unicode/unicode_exceptions.h"
#include "roformer/unicode/utf8.h"

namespace roformer::metric {
namespace {

// Sourced by comparing utf8proc 2.8 (Unicode 15) with the regex package 2026.11.19 (Unicode 18) for
// each code point: numbers, punctuation and symbols that came between. Newer databases than ours
// agree with the tables.
constexpr unicode::CodeRange kLaterNumbers[] = {
    {0x10D40, 0x10D49}, {0x116D0, 0x116E3}, {0x11BF0, 0x11BF9}, {0x11DE0, 0x11DE9},
    {0x1246F, 0x1246F}, {0x12475, 0x1247F}, {0x12550, 0x12686}, {0x16130, 0x16139},
    {0x16D70, 0x16D79}, {0x16FF4, 0x16FF6}, {0x1CCF0, 0x1CCF9}, {0x1E5F1, 0x1E5FA}};

constexpr unicode::CodeRange kLaterPunctuation[] = {
    {0x1B4E, 0x1B4F},   {0x1B7F, 0x1B7F},   {0x2E60, 0x2E63},   {0x10D6E, 0x10D6E},
    {0x10ED0, 0x10ED0}, {0x113D4, 0x113D5}, {0x113D7, 0x113D8}, {0x11BE1, 0x11BE1},
    {0x16D6D, 0x16D6F}, {0x1E5FF, 0x1E5FF}};

constexpr unicode::CodeRange kLaterSymbols[] = {
    {0x20C1, 0x20C4},   {0x2427, 0x2429},   {0x2B96, 0x2B96},   {0x2FFC, 0x2FFF},
    {0x31E4, 0x31E5},   {0x31EF, 0x31EF},   {0xFBC3, 0xFBD2},   {0xFD90, 0xFD91},
    {0xFDC8, 0xFDCE},   {0x10D8E, 0x10D8F}, {0x10EC9, 0x10ECA}, {0x10ED1, 0x10ED8},
    {0x1CC00, 0x1CCEF}, {0x1CCFA, 0x1CCFC}, {0x1CD00, 0x1CEB3}, {0x1CEBA, 0x1CED0},
    {0x1CED2, 0x1CED4}, {0x1CEDD, 0x1CEFD}, {0x1D1EB, 0x1D1FF}, {0x1D253, 0x1D25A},
    {0x1D25D, 0x1D25E}, {0x1D260, 0x1D27F}, {0x1DB00, 0x1DB1C}, {0x1F1AE, 0x1F1AE},
    {0x1F6D8, 0x1F6D9}, {0x1F777, 0x1F77A}, {0x1F7DA, 0x1F7DB}, {0x1F7F1, 0x1F7FF},
    {0x1F8B2, 0x1F8BB}, {0x1F8C0, 0x1F8C1}, {0x1F8D0, 0x1F8D8}, {0x1FA54, 0x1FA57},
    {0x1FA89, 0x1FA8F}, {0x1FABE, 0x1FABE}, {0x1FAC6, 0x1FAC6}, {0x1FAC8, 0x1FAC8},
    {0x1FACC, 0x1FACD}, {0x1FADC, 0x1FADD}, {0x1FADF, 0x1FADF}, {0x1FAE9, 0x1FAEB},
    {0x1FAEF, 0x1FAEF}, {0x1FAF9, 0x1FAFA}, {0x1FBCB, 0x1FBEF}, {0x1FBFA, 0x1FBFA}};

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSmallSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;

// Whether the first character beside place `i` that counts, in steps of `step`, has a case.
bool has_cased_neighbour(const std::u32string& codes, std::size_t i, int step) {
  const auto end = static_cast<std::ptrdiff_t>(codes.size());
  for (auto at = static_cast<std::ptrdiff_t>(i) + step; at >= 0 && at < end; at += step) {
    const char32_t code = codes[static_cast<std::size_t>(at)];
    if (!unicode::is_case_ignorable(code)) return unicode::is_cased(code);
  }
  return false;
}

char32_t lower_sigma(const std::u32string& codes, std::size_t i) {
  const bool ends_word = has_cased_neighbour(codes, i, -1) && !has_cased_neighbour(codes, i, 1);
  return ends_word ? kFinalSigma : kSmallSigma;
}

}  // namespace

bool is_score_space(char32_t code) {
  return (code >= 0x1C && code <= 0x1F) || unicode::is_white_space(code);
}

char score_category(char32_t code) {
  const char known = unicode::major_category(code);
  if (known != 'C' || code < 0x80) return known;
  if (unicode::contains(kLaterNumbers, code)) return 'N';
  if (unicode::contains(kLaterPunctuation, code)) return 'P';
  return unicode::contains(kLaterSymbols, code) ? 'S' : known;
}

std::string lower_case(std::string_view text) {
  const std::u32string codes = unicode::to_code_points(text);
  std::string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == kCapitalSigma) {
      unicode::append_utf8(lower_sigma(codes, i), lower);
      continue;
    }
    const unicode::CodeSequence sequence = unicode::lower_case(codes[i]);
    for (int k = 0; k < sequence.size; ++k) unicode::append_utf8(sequence.codes[k], lower);
  }
  return lower;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  const char* end = text.data() + text.size();
  const char* begin = text.data();  // of the current word
  for (const char* p = begin; p < end;) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    if (is_score_space(c.code)) {
      if (p > begin) words.emplace_back(begin, static_cast<std::size_t>(p - begin));
      begin = p + c.size;
    }
    p += c.size;
  }
  if (end > begin) words.emplace_back(begin, static_cast<std::size_t>(end - begin));
  return words;
}

std::string_view without_trailing_space(std::string_view text) {
  std::size_t size = 0;  // up to the last character that is none
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
    p += c.size;
    if (!is_score_space(c.code)) size = static_cast<std::size_t>(p - text.data());
  }
  return text.substr(0, size);
}

Symbols solid_characters(std::string_view text) {
  Symbols characters;
  for (const char32_t code : unicode::to_code_points(text)) {
    if (!is_score_space(code)) characters.push_back(code);
  }
  return characters;
}

Symbols WordNumbers::operator()(const std::vector<std::string_view>& words) {
  Symbols symbols;
  symbols.reserve(words.size());
  for (const std::string_view word : words) {
    const auto fresh = static_cast<std::uint32_t>(numbers_.size());
    symbols.push_back(numbers_.emplace(word, fresh).first->second);
  }
  return symbols;
}

}  // namespace roformer::metric
