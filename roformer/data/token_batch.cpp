#include "roformer/data/token_batch.h"

#include <limits>
#include <numeric>

#include "roformer/base/error.h"

namespace roformer::data {

void TokenBatch::append(std::span<const std::int64_t> ids, std::int64_t first_position,
                        std::span<const std::int32_t> segments) {
  append_ids(ids, first_position, segments);
}
void TokenBatch::append(std::span<const std::int32_t> ids, std::int64_t first_position,
                        std::span<const std::int32_t> segments) {
  append_ids(ids, first_position, segments);
}

template <typename Id>
void TokenBatch::append_ids(std::span<const Id> ids, std::int64_t first_position,
                            std::span<const std::int32_t> segments) {
  const std::int64_t begin = cu_seqlens.back(), end = begin + std::ssize(ids);
  base::require(end <= std::numeric_limits<std::int32_t>::max(),
                "[data] expected a batch of at most {} tokens but got {}: make smaller batches",
                std::numeric_limits<std::int32_t>::max(), end);
  base::require(segments.empty() || segments.size() == ids.size(),
                "[data] expected {} segments, one a token, but got {}", ids.size(),
                segments.size());
  tokens.insert(tokens.end(), ids.begin(), ids.end());
  position_ids.resize(position_ids.size() + ids.size());
  std::iota(position_ids.end() - std::ssize(ids), position_ids.end(), first_position);
  segment_ids.insert(segment_ids.end(), segments.begin(), segments.end());
  segment_ids.resize(position_ids.size(), 0);
  cu_seqlens.push_back(static_cast<std::int32_t>(end));
}

}  // namespace roformer::data
