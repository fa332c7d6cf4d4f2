#include "roformer/metric/ngram_matches.h"

#include <algorithm>

namespace roformer::metric {
namespace {

// Where n-grams begin: the longest of them, up to max_order symbols or the end of the text.
struct Start {
  const std::uint32_t* symbols;
  std::uint32_t length;
  std::uint32_t text;  // 0: the candidate, r + 1: reference r
};

void add_starts(const Symbols& symbols, std::uint32_t text, std::size_t max_order,
                std::vector<Start>& starts) {
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const std::size_t length = std::min(max_order, symbols.size() - i);
    starts.push_back({symbols.data() + i, static_cast<std::uint32_t>(length), text});
  }
}

bool precedes(const Start& a, const Start& b) {
  return std::lexicographical_compare(a.symbols, a.symbols + a.length, b.symbols,
                                      b.symbols + b.length);
}

std::uint32_t common_prefix(const Start& a, const Start& b) {
  const std::uint32_t most = std::min(a.length, b.length);
  std::uint32_t n = 0;
  while (n < most && a.symbols[n] == b.symbols[n]) ++n;
  return n;
}

// Sorted starts with the same first n symbols follow one another: they are one n-gram.
class SortedStarts {
 public:
  SortedStarts(std::vector<Start> starts, std::size_t num_texts)
      : starts_(std::move(starts)), prefixes_(starts_.size()), counts_(num_texts) {
    std::sort(starts_.begin(), starts_.end(), precedes);
    for (std::size_t i = 1; i < starts_.size(); ++i)
      prefixes_[i] = common_prefix(starts_[i - 1], starts_[i]);
  }

  std::int64_t matches(std::uint32_t n) {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      if (prefixes_[i] < n) total += finish_group();
      if (starts_[i].length >= n) ++counts_[starts_[i].text];
    }
    return total + finish_group();
  }

 private:
  std::int64_t finish_group() {
    const std::int64_t candidate = counts_[0];
    const std::int64_t reference =
        counts_.size() > 1 ? *std::max_element(counts_.begin() + 1, counts_.end()) : 0;
    std::fill(counts_.begin(), counts_.end(), 0);
    return std::min(candidate, reference);
  }

  std::vector<Start> starts_;
  std::vector<std::uint32_t> prefixes_;  // symbols shared with the start before
  std::vector<std::int64_t> counts_;     // of the current n-gram, by text
};

}  // namespace

std::vector<std::int64_t> count_matches(const Symbols& candidate,
                                        std::span<const Symbols> references, int max_order) {
  std::vector<Start> starts;
  const auto longest = static_cast<std::size_t>(max_order);
  add_starts(candidate, 0, longest, starts);
  for (std::uint32_t r = 0; r < references.size(); ++r)
    add_starts(references[r], r + 1, longest, starts);
  SortedStarts sorted(std::move(starts), references.size() + 1);
  std::vector<std::int64_t> matches;
  for (int n = 1; n <= max_order; ++n)
    matches.push_back(sorted.matches(static_cast<std::uint32_t>(n)));
  return matches;
}

}  // namespace roformer::metric
