#include "roformer/segmentation/suggested_frequency.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "roformer/segmentation/blocks.h"
#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {
namespace {

// 0 of what is no word.
std::uint64_t frequency_of(const WordList& words, std::string_view word) {
  const auto found = words.words().find(std::string(word));
  return found == words.words().end() ? 0 : found->second;
}

// The most probable way, as Segmenter takes it of a compiled dictionary; for a single word a look
// into the list for each of its parts is soon enough.
void cut_block(const WordList& words, std::string_view block,
               std::vector<std::string_view>& parts) {
  std::vector<std::string_view> characters;
  cut_into_characters(block, characters);
  const std::size_t count = characters.size();
  const double log_total = std::log(static_cast<double>(words.total()));
  std::vector<double> best(count + 1, 0);
  std::vector<std::size_t> next(count + 1, count);
  const auto between = [&](std::size_t from, std::size_t to) {
    const char* const begin = characters[from].data();
    return std::string_view(begin, static_cast<std::size_t>(characters[to - 1].data() +
                                                            characters[to - 1].size() - begin));
  };
  for (std::size_t from = count; from-- > 0;) {
    best[from] = -std::numeric_limits<double>::infinity();
    const auto consider = [&](std::size_t to, std::uint64_t frequency) {
      const double way = std::log(static_cast<double>(frequency)) - log_total + best[to];
      if (way < best[from]) return;
      best[from] = way;
      next[from] = to;
    };
    for (std::size_t to = from + 1; to <= count; ++to)
      if (const auto frequency = frequency_of(words, between(from, to)); frequency > 0)
        consider(to, frequency);
    if (std::isinf(best[from])) consider(from + 1, 1);
  }
  std::size_t letters = 0;  // where single letters and digits began, which are one word
  for (std::size_t at = 0; at < count;) {
    const bool is_letter = next[at] == at + 1 && is_letter_or_digit(characters[at].front());
    if (!is_letter && letters < at) parts.push_back(between(letters, at));
    if (!is_letter) parts.push_back(between(at, next[at]));
    at = next[at];
    if (!is_letter) letters = at;
  }
  if (letters < count) parts.push_back(between(letters, count));
}

// Whether some word begins with the text: jieba knows it then, with the frequency 0.
bool is_a_beginning(const std::set<std::string_view>& known, std::string_view text) {
  const auto next = known.lower_bound(text);
  return next != known.end() && next->starts_with(text);
}

}  // namespace

std::uint64_t suggested_frequency(const WordList& words, const std::set<std::string_view>& known,
                                  std::string_view word) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = word; !rest.empty();) {
    const Block block = first_block(rest);
    rest.remove_prefix(block.text.size());
    block.is_of_words ? cut_block(words, block.text, parts)
                      : cut_into_characters(block.text, parts);
  }
  const auto total = static_cast<double>(words.total());
  double share = 1;
  for (const std::string_view part : parts) {
    const std::uint64_t frequency = frequency_of(words, part);
    const bool is_unheard = frequency == 0 && !is_a_beginning(known, part);
    share *= static_cast<double>(is_unheard ? 1 : frequency) / total;
  }
  const auto needed = static_cast<std::uint64_t>(share * total) + 1;
  return std::max(needed, std::max<std::uint64_t>(1, frequency_of(words, word)));
}

}  // namespace roformer::segmentation
