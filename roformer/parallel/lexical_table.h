// How words of one language are said in another, from pairs of sentences alone: Brown et al. 1993,
// "The Mathematics of Statistical Machine Translation", model 1, by expectation maximisation.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace roformer::parallel {

/// p(target | source) of two words.
struct LexicalEntry {
  std::int32_t source, target;
  float probability;
};

class LexicalTable {
 public:
  /// Adds a pair of sentences.
  void add(std::span<const std::int32_t> source, std::span<const std::int32_t> target);
  std::int64_t num_pairs() const { return std::ssize(ends_) / 2; }

  /// Of each source word its `best` most likely targets, likeliest first (of equal ones the lower
  /// first), words ascending. Every target may also come from no word, whose entries are left out.
  std::vector<LexicalEntry> train(std::int64_t iterations, std::int64_t best) const;

 private:
  std::span<const std::int32_t> side(std::size_t number) const;

  std::vector<std::int32_t> words_;  // source, target, source, target, …
  std::vector<std::size_t> ends_;    // of each of them
};

}  // namespace roformer::parallel
