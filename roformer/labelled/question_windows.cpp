#include "roformer/labelled/question_windows.h"

#include "roformer/base/error.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::labelled {
namespace {

std::string_view without_white_space_before(std::string_view text) {
  const char* end = text.data() + text.size();
  while (!text.empty()) {
    const auto character = unicode::decode_utf8(text.data(), end);
    if (!unicode::is_white_space(character.code)) break;
    text.remove_prefix(character.size);
  }
  return text;
}

}  // namespace

std::vector<text::PairWindow> question_windows(const text::Tokenizer& tokenizer,
                                               std::string_view question, std::string_view context,
                                               std::int64_t max_length, std::int64_t stride) {
  base::require(tokenizer.facts().has_offsets,
                "[labelled] {}: expected a tokenizer that tells where a token stands but {} does "
                "not",
                tokenizer.facts().source, tokenizer.facts().tokenizer_class);
  auto windows = text::pair_windows(tokenizer, without_white_space_before(question), context,
                                    {.max_length = max_length}, stride);
  const text::TokenRange& first = windows.front().second;
  base::require(first.begin < first.end,
                "[labelled] expected a context to find the answer in but it has no token");
  return windows;
}

AnswerTokens answer_tokens(const text::PairWindow& window, const text::Offset& answer) {
  const auto offset = [&](std::int64_t token) {
    return window.encoding.offsets[static_cast<std::size_t>(token)];
  };
  const auto begin = static_cast<std::int64_t>(window.second.begin);
  const auto end = static_cast<std::int64_t>(window.second.end);
  if (begin == end || offset(begin).begin > answer.begin || offset(end - 1).end < answer.end)
    return {};
  std::int64_t first = begin, last = end - 1;
  while (first + 1 < end && offset(first + 1).begin <= answer.begin) ++first;
  while (last > begin && offset(last - 1).end >= answer.end) --last;
  return {first, last};
}

std::string text_between(std::string_view text, const text::Offset& range) {
  const char* end = text.data() + text.size();
  const char* p = text.data();
  const auto pass = [&](std::int32_t characters) {
    for (; characters > 0 && p < end; --characters) p += unicode::decode_utf8(p, end).size;
    return p;
  };
  const char* begin = pass(range.begin);
  return {begin, pass(range.end - range.begin)};
}

}  // namespace roformer::labelled
