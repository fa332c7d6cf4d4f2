#include "roformer/parallel/skipped_pairs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace roformer::parallel {

void SkippedPairs::add(const documents::TextPair& pair, PairFault fault) {
  const auto count = [&](SkippedFor& reason) {
    if (reason.count++ == 0) reason = {1, std::string(pair.file), pair.line};
  };
  switch (fault) {
    case PairFault::none:
      return;
    case PairFault::empty:
      return count(empty);
    case PairFault::too_long:
      return count(too_long);
    case PairFault::ratio:
      return count(ratio);
    case PairFault::invalid_utf8:
      return count(invalid_utf8);
  }
}

std::int64_t SkippedPairs::total() const {
  return empty.count + too_long.count + ratio.count + invalid_utf8.count;
}

std::string SkippedPairs::text() const {
  if (total() == 0) return {};
  std::vector<std::string> reasons;
  const auto add = [&](const SkippedFor& reason, std::string_view what) {
    if (reason.count == 0) return;
    reasons.push_back(
        fmt::format("{} {} (the first: {}:{})", reason.count, what, reason.file, reason.line));
  };
  add(empty, "with an empty side");
  add(too_long, "longer than data.max_length");
  add(ratio, "beyond data.max_ratio");
  add(invalid_utf8, "that are not UTF-8");
  return fmt::format("{} {} skipped: {}", total(), total() == 1 ? "pair" : "pairs",
                     fmt::join(reasons, ", "));
}

}  // namespace roformer::parallel
