#include "roformer/segmentation/word_list.h"

#include <fmt/format.h>

#include <charconv>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {
namespace {

// The text up to a space, which it takes off.
std::string_view next_field(std::string_view& line) {
  const std::size_t space = line.find(' ');
  const std::string_view field = line.substr(0, space);
  line.remove_prefix(space == line.npos ? line.size() : space + 1);
  return field;
}

// At most 2^53, so that logarithms of sums are those of the numbers.
constexpr std::uint64_t kMostFrequent = std::uint64_t{1} << 53;

}  // namespace

void WordList::add_line(std::string_view line, const std::string& place) {
  base::require(unicode::valid_utf8(line, {}) == line,
                "[segmentation] {}: expected UTF-8 but got other bytes", place);
  std::string_view rest = line;
  const std::string_view word = next_field(rest), number = next_field(rest);
  std::uint64_t frequency = 0;
  const auto [end, failed] =
      std::from_chars(number.data(), number.data() + number.size(), frequency);
  base::require(
      !word.empty() && failed == std::errc() && end == number.data() + number.size() &&
          frequency <= kMostFrequent - total_,
      "[segmentation] {}: expected a word and how often it is, \"词 100\", but got \"{}\"", place,
      line);
  words_[std::string(word)] = frequency;
  total_ += frequency;
}

void WordList::add(std::string_view text, const std::string& file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const std::size_t before = words_.size();
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.empty()) add_line(line, fmt::format("{}:{}", file, number));
  }
  base::require(words_.size() > before || total_ > 0,
                "[segmentation] {}: expected words with frequencies but got none", file);
}

void WordList::add_file(const std::filesystem::path& file) {
  add(base::read_file(file), file.string());
}

}  // namespace roformer::segmentation
