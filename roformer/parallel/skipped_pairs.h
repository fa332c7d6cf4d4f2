// Pairs that were left out: how many for each reason, and where the first stands.
#pragma once
#include <cstdint>
#include <string>

#include "roformer/parallel/pair_encoder.h"

namespace roformer::parallel {

/// One reason.
struct SkippedFor {
  std::int64_t count = 0;
  std::string file = {};  // of the first such pair
  std::int64_t line = 0;
};

struct SkippedPairs {
  SkippedFor empty, too_long, ratio, invalid_utf8;

  /// Counts a pair with this fault.
  void add(const documents::TextPair& pair, PairFault fault);
  std::int64_t total() const;
  /// "12 pairs skipped: 10 with an empty side (the first: FILE:3), 2 …"; empty if there are none.
  std::string text() const;
};

}  // namespace roformer::parallel
