// N-grams that a candidate text shares with its references: the counts behind BLEU (Papineni et al.
// 2002) and chrF (Popović 2015).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roformer/metric/score_words.h"

namespace roformer::metric {

/// For n = 1 … max_order at index n − 1: the candidate's n-grams that a reference has too, each
/// counted at most as often as the reference that has it most often.
std::vector<std::int64_t> count_matches(const Symbols& candidate,
                                        std::span<const Symbols> references, int max_order);

/// How many n-grams a text of `length` symbols has.
inline std::int64_t count_ngrams(std::size_t length, int n) {
  const auto symbols = static_cast<std::int64_t>(length);
  return symbols < n ? 0 : symbols - n + 1;
}

}  // namespace roformer::metric
