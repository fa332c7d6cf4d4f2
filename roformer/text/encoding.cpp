#include "roformer/text/encoding.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/names.h"

namespace roformer::text {
namespace {

// The shorter keeps all it has if that leaves the other at least as much; else both get half, the
// rest going to the one that was longer.
KeptTokens truncate_longest(std::size_t first, std::size_t second, std::size_t room) {
  const bool swapped = first > second;
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  return swapped ? KeptTokens{longer, shorter} : KeptTokens{shorter, longer};
}

constexpr base::Named<KeptPart> kKeptParts[] = {
    {"head", KeptPart::head}, {"tail", KeptPart::tail}, {"both", KeptPart::both}};

}  // namespace

KeptPart kept_part(std::string_view name) {
  const auto found = base::find_named(kKeptParts, name);
  base::require(found.has_value(), "[text] expected head, tail or both to be kept but got '{}'",
                name);
  return *found;
}

std::vector<TokenRange> window_ranges(std::size_t tokens, std::size_t room, std::size_t stride,
                                      bool from_end) {
  std::vector<TokenRange> ranges;
  for (std::size_t passed = 0;; passed += room - stride) {
    const std::size_t reached = std::min(passed + room, tokens);
    ranges.push_back(from_end ? TokenRange{tokens - reached, tokens - passed}
                              : TokenRange{passed, reached});
    if (reached == tokens) return ranges;
  }
}

KeptTokens truncate(std::size_t first, std::size_t second, std::size_t room, Truncation strategy) {
  const std::size_t total = first + second;
  if (total <= room) return {first, second};
  const std::size_t excess = total - room;
  switch (strategy) {
    case Truncation::longest_first:
      return second == 0 ? KeptTokens{room, 0} : truncate_longest(first, second, room);
    case Truncation::only_first:
      base::require(
          first > excess || second == 0,
          "[text] expected the first text to have more than {} tokens to cut, but it has {}",
          excess, first);
      return {first - excess, second};
    case Truncation::only_second:
      base::require(
          second > excess,
          "[text] expected the second text to have more than {} tokens to cut, but it has {}",
          excess, second);
      return {first, second - excess};
    case Truncation::forbidden:
      break;
  }
  base::fail("[text] expected at most {} tokens but the text has {}, special tokens not counted",
             room, total);
}

}  // namespace roformer::text
