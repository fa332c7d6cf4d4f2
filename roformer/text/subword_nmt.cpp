#include "roformer/text/subword_nmt.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

using base::require;

constexpr std::string_view kLineBlanks = "\r\n ";  // what Python's reader strips from lines

std::string_view strip_blanks(std::string_view line) {
  const auto begin = line.find_first_not_of(kLineBlanks);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kLineBlanks) + 1 - begin);
}

// Takes the next line, without its end, from the text.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// The two words of a line with one space between them.
std::optional<std::pair<std::string_view, std::string_view>> two_words(std::string_view line) {
  line = strip_blanks(line);
  const auto space = line.find(' ');
  if (space == line.npos || line.find(' ', space + 1) != line.npos) return std::nullopt;
  return std::pair(line.substr(0, space), line.substr(space + 1));
}

bool has_end_symbols(std::string_view codes_version, std::string_view name) {
  while (codes_version.ends_with(".0")) codes_version.remove_suffix(2);
  require(codes_version == "0.1" || codes_version == "0.2",
          "[text] {}:1: expected version 0.1 or 0.2 of subword-nmt's codes but got '{}'", name,
          codes_version);
  return codes_version == "0.1";
}

}  // namespace

bool SubwordNmt::allows(const std::string& unit, Place place) const {
  return options_.allowed->contains(place == Place::last ? unit : unit + options_.separator);
}

// Undoes merges until all parts are allowed or single.
void SubwordNmt::split(const std::string& unit, Place place, std::vector<std::string>& out) const {
  const auto* parts = merges_.parts(place == Place::last ? unit + std::string(kWordEnd) : unit);
  if (parts == nullptr) {
    out.push_back(unit);
    return;
  }
  std::string right = parts->second;
  if (place == Place::last) right.resize(right.size() - std::min(right.size(), kWordEnd.size()));
  keep_or_split(parts->first, Place::middle, out);
  keep_or_split(right, place, out);
}

void SubwordNmt::keep_or_split(const std::string& unit, Place place,
                               std::vector<std::string>& out) const {
  allows(unit, place) ? out.push_back(unit) : split(unit, place, out);
}

void SubwordNmt::append_word(std::string_view word, std::vector<std::string>& out) const {
  if (unicode::count_code_points(word) == 1) {
    out.emplace_back(word);
    return;
  }
  std::vector<std::string> units = merges_.merge(word, end_is_symbol_);
  if (options_.allowed && !options_.allowed->empty()) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < units.size(); ++i)
      keep_or_split(units[i], i + 1 < units.size() ? Place::middle : Place::last, known);
    units.swap(known);
  }
  for (std::size_t i = 0; i + 1 < units.size(); ++i) out.push_back(units[i] + options_.separator);
  out.push_back(std::move(units.back()));
}

SubwordNmt::SubwordNmt(std::string_view codes, std::string_view name, SubwordNmtOptions options)
    : options_(std::move(options)) {
  std::int64_t line_number = 1;
  if (codes.starts_with("#version:")) {
    const auto line = strip_blanks(take_line(codes));
    const auto word = line.find_last_of(" :");
    end_is_symbol_ = has_end_symbols(line.substr(word + 1), name);
    ++line_number;
  }
  while (codes.ends_with('\n')) codes.remove_suffix(1);
  require(unicode::is_utf8(codes), "[text] {}: expected UTF-8", name);
  std::vector<std::pair<std::string, std::string>> pairs;
  do {
    const auto line = take_line(codes);
    const auto pair = two_words(line);
    require(pair.has_value(),
            "[text] {}:{}: expected two symbols with a space between them but got '{}'", name,
            line_number, line.substr(0, 100));
    pairs.emplace_back(pair->first, pair->second);
    ++line_number;
  } while (!codes.empty());
  merges_ = MergeTable(pairs);
}

std::vector<std::string> SubwordNmt::units(std::string_view line) const {
  std::vector<std::string> units;
  std::string mended;
  if (!unicode::is_utf8(line)) line = mended = unicode::valid_utf8(line, "\xEF\xBF\xBD");
  line = strip_blanks(line);
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    if (end > 0) append_word(line.substr(0, end), units);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return units;
}

std::string SubwordNmt::segment(std::string_view line) const {
  const auto begin = line.find_first_not_of(kLineBlanks);
  if (begin == line.npos) return std::string(line);
  std::string segmented(line.substr(0, begin));
  const char* space = "";
  for (const auto& unit : units(line)) {
    segmented.append(space).append(unit);
    space = " ";
  }
  return segmented.append(line.substr(line.find_last_not_of(kLineBlanks) + 1));
}

std::vector<std::string> parse_unit_counts(std::string_view text, std::int64_t threshold,
                                           std::string_view name) {
  std::vector<std::string> units;
  UnitSet seen;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const auto line = take_line(text);
    const auto words = two_words(line);
    std::int64_t count = 0;
    const auto read = [&] {
      const auto digits = words->second;
      const auto [rest, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), count);
      return error == std::errc() && rest == digits.data() + digits.size();
    };
    require(words.has_value() && read(), "[text] {}:{}: expected a unit and its count but got '{}'",
            name, number, line.substr(0, 100));
    if (count >= threshold && seen.emplace(words->first).second) units.emplace_back(words->first);
  }
  return units;
}

std::string join_units(const std::vector<std::string>& units, std::string_view separator) {
  std::string text;
  for (const auto& unit : units) {
    if (!separator.empty() && unit.ends_with(separator)) {
      text.append(unit, 0, unit.size() - separator.size());
    } else {
      text.append(unit).push_back(' ');
    }
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace roformer::text
