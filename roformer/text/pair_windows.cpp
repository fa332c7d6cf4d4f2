#include "roformer/text/pair_windows.h"

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::text {
namespace {

// A pair with all of the second text's tokens but those of a piece left out.
template <typename Value>
std::vector<Value> without_others(const std::vector<Value>& values, const TokenRange& second,
                                  const TokenRange& piece) {
  if (values.empty()) return {};  // a tokenizer without offsets
  const auto at = [&](std::size_t place) {
    return values.begin() + static_cast<std::ptrdiff_t>(place);
  };
  std::vector<Value> kept(at(0), at(second.begin));
  kept.insert(kept.end(), at(second.begin + piece.begin), at(second.begin + piece.end));
  kept.insert(kept.end(), at(second.end), values.end());
  return kept;
}

PairWindow window_of(const Encoding& whole, const TokenRange& second, const TokenRange& piece) {
  return {{without_others(whole.ids, second, piece), without_others(whole.type_ids, second, piece),
           without_others(whole.offsets, second, piece)},
          {second.begin, second.begin + (piece.end - piece.begin)}};
}

// Tokens of the second text in a window, where it does not fit whole.
std::size_t room_of_piece(std::int64_t room, std::int64_t stride) {
  base::require(stride >= 0, "[text] expected a stride of 0 or more but got {}", stride);
  base::require(room > stride,
                "[text] expected the first text to leave the second more than the {} tokens that "
                "windows share, but it leaves {}",
                stride, std::max<std::int64_t>(room, 0));
  return static_cast<std::size_t>(room);
}

}  // namespace

std::vector<PairWindow> pair_windows(const Tokenizer& tokenizer, std::string_view first,
                                     std::string_view second, const EncodeOptions& options,
                                     std::int64_t stride) {
  EncodeOptions unlimited = options, bare = options;
  unlimited.max_length = bare.max_length = 0;
  bare.add_special_tokens = false;
  Encoding whole = tokenizer.encode_pair(first, second, unlimited);
  const SpecialRuns around = options.add_special_tokens ? tokenizer.facts().pair : SpecialRuns{};
  const std::size_t begin =
      around.before.size() + around.between.size() + tokenizer.encode(first, bare).size();
  const TokenRange of_second{begin, whole.size() - around.after.size()};
  const std::size_t tokens = of_second.end - of_second.begin;
  const std::int64_t excess = std::ssize(whole.ids) - options.max_length;
  if (excess <= 0) return {{std::move(whole), of_second}};
  const std::size_t room = room_of_piece(static_cast<std::int64_t>(tokens) - excess, stride);
  std::vector<PairWindow> windows;
  for (const TokenRange& piece : window_ranges(tokens, room, static_cast<std::size_t>(stride),
                                               tokenizer.facts().row.cut_at_begin))
    windows.push_back(window_of(whole, of_second, piece));
  return windows;
}

}  // namespace roformer::text
