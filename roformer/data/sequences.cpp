#include "roformer/data/sequences.h"

#include "roformer/base/error.h"

namespace roformer::data {

void require_length(std::int64_t length) {
  base::require(length >= shortest_sequence,
                "[data] expected sequences of {} or more tokens ([CLS], a word, [SEP]) but got {}",
                shortest_sequence, length);
}

void require_sequence(std::int64_t sequence, std::int64_t count) {
  base::require(sequence >= 0 && sequence < count,
                "[data] expected a sequence of 0 … {} but got {}", count - 1, sequence);
}

}  // namespace roformer::data
