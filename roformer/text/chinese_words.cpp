#include "roformer/text/chinese_words.h"

#include <algorithm>
#include <string_view>

#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

bool is_chinese_word(std::string_view token) {
  const char* const end = token.data() + token.size();
  std::size_t characters = 0;
  for (const char* p = token.data(); p < end; ++characters) {
    const auto c = unicode::decode_utf8(p, end);
    if (!unicode::is_chinese_character(c.code)) return false;
    p += c.size;
  }
  return characters > 1;
}

}  // namespace

std::int64_t count_chinese_words(const Vocabulary& vocabulary) {
  const auto& tokens = vocabulary.tokens();
  return std::count_if(tokens.begin(), tokens.end(), is_chinese_word);
}

}  // namespace roformer::text
