#include "roformer/data/two_segments.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::data {
namespace {

// Of [CLS] words [SEP].
std::size_t words_of(const std::vector<std::int64_t>& ids) {
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

std::vector<std::int32_t> cut_in_two(std::vector<std::int64_t>& ids, const text::SpecialRuns& pair,
                                     std::uint64_t seed) {
  const std::size_t words = words_of(ids);
  if (words < 2) return std::vector<std::int32_t>(ids.size(), pair.first_type);
  const std::size_t first = words_of_first(words, seed);
  ids.insert(ids.begin() + 1 + static_cast<std::ptrdiff_t>(first), pair.between.ids.front());
  std::vector<std::int32_t> types(ids.size(), pair.second_type);
  std::fill_n(types.begin(), first + 1, pair.first_type);
  types.front() = pair.before.type_ids.front();
  types[first + 1] = pair.between.type_ids.front();
  types.back() = pair.after.type_ids.front();
  return types;
}

bool take_second_of(const std::vector<std::int64_t>& other, std::uint64_t seed,
                    std::vector<std::int64_t>& ids) {
  const std::size_t words = words_of(ids);
  if (words < 2 || other.size() != ids.size()) return false;
  const auto second = static_cast<std::ptrdiff_t>(1 + words_of_first(words, seed));
  std::copy(other.begin() + second, other.end() - 1, ids.begin() + second);
  return true;
}

}  // namespace roformer::data
