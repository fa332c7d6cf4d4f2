#include "roformer/segmentation/word_list.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "roformer/base/byte_order_mark.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/segmentation/suggested_frequency.h"
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

// The number that all of a field is.
std::optional<std::uint64_t> whole_number(std::string_view field) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (failed != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return number;
}

// Takes a last field of these letters, and the space before it, off a line that has another one.
std::string_view take_last_field(std::string_view& line, std::string_view letters) {
  const std::size_t space = line.find_last_not_of(letters);
  const bool is_there =
      space != line.npos && space > 0 && space + 1 < line.size() && line[space] == ' ';
  if (!is_there) return {};
  const std::string_view field = line.substr(space + 1);
  line.remove_suffix(field.size() + 1);
  return field;
}

// At most 2^53, so that logarithms of sums are those of the numbers.
constexpr std::uint64_t kMostFrequent = std::uint64_t{1} << 53;

}  // namespace

void WordList::set(std::string_view word, std::uint64_t frequency, const std::string& place) {
  base::require(frequency <= kMostFrequent - total_,
                "[segmentation] {}: expected frequencies of a sum up to 2^53 but got {} more",
                place, frequency);
  words_[std::string(word)] = frequency;
  total_ += frequency;
}

void WordList::add_line(std::string_view line, const std::string& place) {
  std::string_view rest = line;
  const std::string_view word = next_field(rest);
  const auto frequency = whole_number(next_field(rest));
  base::require(
      !word.empty() && frequency.has_value(),
      "[segmentation] {}: expected a word and how often it is, \"词 100\", but got \"{}\"", place,
      line);
  set(word, *frequency, place);
}

// jieba's ^(.+?)( [0-9]+)?( [a-z]+)?$
void WordList::add_user_line(std::string_view line, const std::string& place,
                             std::set<std::string_view>& known) {
  take_last_field(line, "abcdefghijklmnopqrstuvwxyz");
  const std::string_view digits = take_last_field(line, "0123456789");
  const auto frequency = whole_number(digits);
  base::require(digits.empty() || frequency.has_value(),
                "[segmentation] {}: expected a frequency below 2^53 but got {}", place, digits);
  if (!frequency && known.empty())
    for (const auto& entry : words_) known.insert(entry.first);
  set(line, frequency ? *frequency : suggested_frequency(*this, known, line), place);
  if (!known.empty()) known.insert(words_.find(std::string(line))->first);
}

namespace {

// Calls use(line, "FILE:LINE") for each line that is not empty, without the space around it.
template <typename Use>
void for_each_line(std::string_view text, const std::string& file, const Use& use) {
  constexpr std::string_view space = " \t\r\f\v";
  text = base::without_byte_order_mark(text);
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    line.remove_suffix(line.size() - (line.find_last_not_of(space) + 1));
    if (line.empty()) continue;
    const std::string place = fmt::format("{}:{}", file, number);
    base::require(unicode::valid_utf8(line, {}) == line,
                  "[segmentation] {}: expected UTF-8 but got other bytes", place);
    use(line, place);
  }
}

}  // namespace

void WordList::add(std::string_view text, const std::string& file) {
  const std::size_t before = words_.size();
  for_each_line(text, file,
                [&](std::string_view line, const std::string& place) { add_line(line, place); });
  base::require(words_.size() > before || total_ > 0,
                "[segmentation] {}: expected words with frequencies but got none", file);
}

void WordList::add_file(const std::filesystem::path& file) {
  add(base::read_file(file), file.string());
}

UserWords UserWords::read(const std::filesystem::path& file) {
  // The mark is taken off here, so that texts can be written one behind the other.
  return {std::string(base::without_byte_order_mark(base::read_file(file))), file.string()};
}

void WordList::add_user(const UserWords& user) {
  bool found = false;
  std::set<std::string_view> known;  // all words in order, once a word has no frequency
  for_each_line(user.text, user.file, [&](std::string_view line, const std::string& place) {
    line.remove_prefix(line.find_first_not_of(" \t\r\f\v"));
    add_user_line(line, place, known);
    found = true;
  });
  base::require(found, "[segmentation] {}: expected a word a line but got none", user.file);
}

}  // namespace roformer::segmentation
