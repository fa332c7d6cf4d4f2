#include "roformer/data/two_segments.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::data {
namespace {

using Ids = std::vector<std::int64_t>;

// Of [CLS] words [SEP].
std::size_t words_of(const Ids& ids) {
  return ids.size() < 2 ? 0 : ids.size() - 2;
}

// Words of the first segment, of two or more.
std::size_t words_of_first(std::size_t words, std::uint64_t seed) {
  return 1 + base::uniform_below(seed, 0, words - 1);
}

}  // namespace

void require_two_segments(const text::TokenizerFacts& facts) {
  const text::SpecialRuns& pair = facts.pair;
  base::require(facts.has_pairs && pair.before.size() == 1 && pair.between.size() == 1 &&
                    pair.after.size() == 1 && pair.first_type != pair.second_type,
                "[data] {}: expected pairs [CLS] first [SEP] second [SEP] of two types for "
                "data.segments = 2 but got others",
                facts.source);
}

void cut_in_two(Sequence& sequence, const text::SpecialRuns& pair, std::uint64_t seed) {
  const std::size_t words = words_of(sequence.ids);
  if (sequence.separator > 0 || words < 2) return;
  sequence.separator = 1 + words_of_first(words, seed);
  sequence.ids.insert(sequence.ids.begin() + static_cast<std::ptrdiff_t>(sequence.separator),
                      pair.between.ids.front());
}

std::vector<std::int32_t> types_of_segments(const Sequence& sequence,
                                            const text::SpecialRuns& pair) {
  std::vector<std::int32_t> types(sequence.ids.size(), pair.first_type);
  if (sequence.separator == 0) return types;
  std::fill(types.begin() + static_cast<std::ptrdiff_t>(sequence.separator), types.end(),
            pair.second_type);
  types.front() = pair.before.type_ids.front();
  types[sequence.separator] = pair.between.type_ids.front();
  types.back() = pair.after.type_ids.front();
  return types;
}

bool take_second_of(const Sequence& other, std::size_t max_size, Sequence& sequence) {
  Ids& ids = sequence.ids;
  if (sequence.separator == 0 || words_of(other.ids) < 1) return false;
  const std::size_t begin = sequence.separator + 1, replaced = ids.size() - 1 - begin;
  const std::size_t words = other.separator > 0 ? words_of(other.ids) - other.separator
                                                : std::min(replaced, words_of(other.ids));
  const auto first = other.ids.end() - 1 - static_cast<std::ptrdiff_t>(words);
  ids.resize(begin);
  ids.insert(ids.end(), first,
             first + static_cast<std::ptrdiff_t>(std::min(words, max_size - 1 - begin)));
  ids.push_back(other.ids.back());
  return true;
}

}  // namespace roformer::data
