#include "roformer/attention/backward_lanes.h"

#include <algorithm>

namespace roformer::attention {
namespace {

// A single head of a long sequence is cut for so many threads.
constexpr std::int64_t pieces_in_flight = 16;
// Pieces are cut no finer: each goes through all queries again. A multiple of every panel's width.
constexpr std::int64_t smallest_key_piece = 512;
// Lanes of all heads together where each has memory for gradients of tables.
constexpr std::int64_t lanes_with_memory = 24;

std::int64_t up_to_multiple(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// Spans without keys or queries have no piece: their gradients are zero.
std::vector<KeyPiece> pieces_of(const std::vector<Span>& spans, std::int64_t heads) {
  const auto sequences = static_cast<std::int64_t>(spans.size());
  const std::int64_t wanted =
      std::max<std::int64_t>(1, pieces_in_flight / std::max<std::int64_t>(1, sequences * heads));
  std::vector<KeyPiece> pieces;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    const std::int64_t keys = spans[b].num_keys;
    if (keys == 0 || spans[b].num_queries == 0) continue;
    const std::int64_t length = up_to_multiple((keys + wanted - 1) / wanted, smallest_key_piece);
    const std::int64_t count = (keys + length - 1) / length;
    for (std::int64_t number = 0; number < count; ++number)
      pieces.push_back(
          {b, {number * length, std::min(keys, (number + 1) * length)}, number, count});
  }
  return pieces;
}

std::int64_t work_of(const KeyPiece& piece, const std::vector<Span>& spans) {
  return (piece.keys.end - piece.keys.begin) * spans[piece.span].num_queries;
}

// Which lane each piece goes to: the one with the least work so far.
std::vector<std::vector<KeyPiece>> shared_out(const std::vector<KeyPiece>& pieces,
                                              const std::vector<Span>& spans, std::int64_t lanes) {
  std::vector<std::vector<KeyPiece>> result(static_cast<std::size_t>(lanes));
  std::vector<std::int64_t> work(result.size(), 0);
  for (const KeyPiece& piece : pieces) {
    const auto least =
        static_cast<std::size_t>(std::min_element(work.begin(), work.end()) - work.begin());
    result[least].push_back(piece);
    work[least] += work_of(piece, spans);
  }
  return result;
}

}  // namespace

BackwardLanes make_lanes(const std::vector<Span>& spans, std::int64_t heads, bool summed) {
  std::vector<KeyPiece> pieces = pieces_of(spans, heads);
  std::stable_sort(pieces.begin(), pieces.end(), [&](const KeyPiece& a, const KeyPiece& b) {
    return work_of(a, spans) > work_of(b, spans);
  });
  BackwardLanes result;
  if (pieces.empty() || heads == 0) return result;
  const auto count = static_cast<std::int64_t>(pieces.size());
  result.lanes_a_head = summed ? std::min(count, (lanes_with_memory + heads - 1) / heads) : count;
  for (const KeyPiece& piece : pieces)
    result.longest_piece = std::max(result.longest_piece, piece.keys.end - piece.keys.begin);
  // The partial sums of a span's pieces follow each other by number.
  std::vector<std::int64_t> first_row(spans.size(), -1);
  const auto parts = shared_out(pieces, spans, result.lanes_a_head);
  for (std::int64_t head = 0; head < heads; ++head) {
    std::ranges::fill(first_row, -1);
    for (std::size_t number = 0; number < parts.size(); ++number) {
      BackwardLane lane{head, static_cast<std::int64_t>(number), parts[number]};
      for (KeyPiece& piece : lane.pieces) {
        if (piece.number == 0) continue;
        if (first_row[piece.span] < 0) {
          first_row[piece.span] = result.partial_rows;
          result.partial_rows += (piece.count - 1) * spans[piece.span].num_queries;
        }
        piece.partial_row =
            first_row[piece.span] + (piece.number - 1) * spans[piece.span].num_queries;
      }
      result.lanes.push_back(std::move(lane));
    }
  }
  const auto work = [&](const BackwardLane& lane) {
    std::int64_t total = 0;
    for (const KeyPiece& piece : lane.pieces) total += work_of(piece, spans);
    return total;
  };
  std::stable_sort(result.lanes.begin(), result.lanes.end(),
                   [&](const BackwardLane& a, const BackwardLane& b) { return work(a) > work(b); });
  return result;
}

}  // namespace roformer::attention
