#include "roformer/metric/score_words.h"

#include "roformer/metric/score_characters.h"
#include "roformer/unicode/utf8.h"

namespace roformer::metric {

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
