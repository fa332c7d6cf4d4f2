#include "roformer/metric/score_characters.h"
#include "roformer/metric/score_tokenizer.h"
#include "roformer/metric/set_off.h"
#include "roformer/unicode/utf8.h"

namespace roformer::metric {

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

}  // namespace roformer::metric
