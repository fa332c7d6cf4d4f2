// Byte-pair encoding (Sennrich et al. 2016) over counted words: finds the most frequent pair of
// neighbouring pieces and merges it everywhere, keeping the counts of all pairs up to date.
#pragma once
#include <cstdint>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

namespace roformer::vocabulary {

class PairMerger {
 public:
  struct Word {
    std::vector<std::int32_t> pieces;
    std::int64_t count;
  };
  struct Pair {
    std::int32_t left;
    std::int32_t right;
  };

  explicit PairMerger(std::vector<Word> words);

  /// The most frequent pair that occurs at least `min_count` times; of equals, the one of the
  /// smallest ids.
  std::optional<Pair> most_frequent(std::int64_t min_count);
  /// Puts `merged` in the place of each such pair.
  void merge(Pair pair, std::int32_t merged);

 private:
  using Key = std::uint64_t;
  struct Entry {
    std::int64_t count = 0;
    std::vector<std::int32_t> words;  // where the pair occurs or once did
  };
  struct Candidate {
    std::int64_t count;
    Key key;
    bool operator<(const Candidate& other) const {
      return count != other.count ? count < other.count : key > other.key;
    }
  };

  static Key make_key(std::int32_t left, std::int32_t right) {
    return static_cast<Key>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
  }
  void change(std::int32_t left, std::int32_t right, std::int64_t count, std::int32_t word);
  void merge_in_word(Pair pair, std::int32_t merged, std::int32_t word);

  std::vector<Word> words_;
  std::unordered_map<Key, Entry> pairs_;
  std::priority_queue<Candidate> candidates_;
  std::vector<Key> raised_;  // pairs that the merge under way has made more frequent
};

}  // namespace roformer::vocabulary
