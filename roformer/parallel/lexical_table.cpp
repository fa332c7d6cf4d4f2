#include "roformer/parallel/lexical_table.h"

#include <algorithm>

namespace roformer::parallel {
namespace {

// A source and a target word in one number, by source first.
using WordPair = std::uint64_t;
constexpr std::uint32_t kNoWord = 0xFFFFFFFF;
// Pairs that are gathered before equal ones are thrown away.
constexpr std::size_t kGathered = std::size_t{1} << 24;

WordPair pair_of(std::uint32_t source, std::int32_t target) {
  return std::uint64_t{source} << 32 | static_cast<std::uint32_t>(target);
}
std::uint32_t source_of(WordPair pair) {
  return static_cast<std::uint32_t>(pair >> 32);
}
std::int32_t target_of(WordPair pair) {
  return static_cast<std::int32_t>(pair & 0xFFFFFFFF);
}

void keep_each_once(std::vector<WordPair>& pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
}

// The sources of a sentence, and none.
std::vector<std::uint32_t> sources_with_none(std::span<const std::int32_t> source) {
  std::vector<std::uint32_t> sources(source.begin(), source.end());
  sources.push_back(kNoWord);
  return sources;
}

// Probabilities of pairs of words that stand in one pair of sentences, sorted.
struct Probabilities {
  std::vector<WordPair> pairs;
  std::vector<float> values;

  std::size_t place(WordPair pair) const {
    return static_cast<std::size_t>(std::lower_bound(pairs.begin(), pairs.end(), pair) -
                                    pairs.begin());
  }
  // visit(begin, end) for the pairs of each source word.
  template <typename Visit>
  void each_source(const Visit& visit) const {
    for (std::size_t begin = 0, end = 0; begin < pairs.size(); begin = end) {
      while (end < pairs.size() && source_of(pairs[end]) == source_of(pairs[begin])) ++end;
      visit(begin, end);
    }
  }
  void normalise() {
    each_source([this](std::size_t begin, std::size_t end) {
      double sum = 0;
      for (std::size_t i = begin; i < end; ++i) sum += static_cast<double>(values[i]);
      for (std::size_t i = begin; sum > 0 && i < end; ++i)
        values[i] = static_cast<float>(static_cast<double>(values[i]) / sum);
    });
  }
};

}  // namespace

void LexicalTable::add(std::span<const std::int32_t> source, std::span<const std::int32_t> target) {
  for (const auto words : {source, target}) {
    words_.insert(words_.end(), words.begin(), words.end());
    ends_.push_back(words_.size());
  }
}

std::span<const std::int32_t> LexicalTable::side(std::size_t number) const {
  const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
  return std::span(words_).subspan(begin, ends_[number] - begin);
}

std::vector<LexicalEntry> LexicalTable::train(std::int64_t iterations, std::int64_t best) const {
  Probabilities known;
  for (std::size_t pair = 0; pair + 1 < ends_.size(); pair += 2) {
    for (const std::uint32_t source : sources_with_none(side(pair))) {
      for (const std::int32_t target : side(pair + 1))
        known.pairs.push_back(pair_of(source, target));
    }
    if (known.pairs.size() > kGathered && known.pairs.size() > 2 * known.values.size()) {
      keep_each_once(known.pairs);
      known.values.resize(known.pairs.size());  // how many there were the last time
    }
  }
  keep_each_once(known.pairs);
  known.values.assign(known.pairs.size(), 1);
  known.normalise();
  for (std::int64_t i = 0; i < iterations; ++i) {
    std::vector<float> counts(known.pairs.size(), 0);
    std::vector<std::size_t> places;
    for (std::size_t pair = 0; pair + 1 < ends_.size(); pair += 2) {
      const auto sources = sources_with_none(side(pair));
      for (const std::int32_t target : side(pair + 1)) {
        places.clear();
        float sum = 0;
        for (const std::uint32_t source : sources) {
          places.push_back(known.place(pair_of(source, target)));
          sum += known.values[places.back()];
        }
        for (const std::size_t place : places) counts[place] += known.values[place] / sum;
      }
    }
    known.values = std::move(counts);
    known.normalise();
  }
  std::vector<LexicalEntry> entries;
  known.each_source([&](std::size_t begin, std::size_t end) {
    if (source_of(known.pairs[begin]) == kNoWord) return;
    const std::size_t first = entries.size();
    for (std::size_t i = begin; i < end; ++i)
      entries.push_back({static_cast<std::int32_t>(source_of(known.pairs[i])),
                         target_of(known.pairs[i]), known.values[i]});
    std::stable_sort(
        entries.begin() + static_cast<std::ptrdiff_t>(first), entries.end(),
        [](const LexicalEntry& a, const LexicalEntry& b) { return a.probability > b.probability; });
    if (std::ssize(entries) - static_cast<std::int64_t>(first) > best)
      entries.resize(first + static_cast<std::size_t>(best));
  });
  return entries;
}

}  // namespace roformer::parallel
