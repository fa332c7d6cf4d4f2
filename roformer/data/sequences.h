// What a masked language model reads: sequences [CLS] … [SEP] made of the documents of one part.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace roformer::data {

struct Sequence {
  std::vector<std::int64_t> ids;  // [CLS] words [SEP], or [CLS] words [SEP] words [SEP] of a pair
  std::size_t separator = 0;      // the place of a pair's first [SEP]; 0: no pair

  bool operator==(const Sequence&) const = default;
};

constexpr std::int64_t shortest_sequence = 3;  // [CLS], a word, [SEP]

class Sequences {
 public:
  virtual ~Sequences() = default;
  /// Sequences of at most `length` tokens, special ones included. Throws Error below 3.
  virtual std::int64_t count(std::int64_t length) const = 0;
  /// One of them. Throws Error for a number that there is not.
  virtual Sequence read(std::int64_t length, std::int64_t sequence) const = 0;
};

/// Throws Error below shortest_sequence.
void require_length(std::int64_t length);
/// Throws Error unless 0 ≤ sequence < count.
void require_sequence(std::int64_t sequence, std::int64_t count);

}  // namespace roformer::data
