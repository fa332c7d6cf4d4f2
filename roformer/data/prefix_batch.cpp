#include "roformer/data/prefix_batch.h"

#include "roformer/base/error.h"

namespace roformer::data {

void PrefixBatch::append(std::span<const std::int32_t> first,
                         std::span<const std::int32_t> second) {
  base::require(!first.empty(), "[data] expected a prefix of at least one token but got none");
  const std::int64_t last_of_prefix = batch.cu_seqlens.back() + std::ssize(first) - 1;
  std::vector<std::int32_t> ids(first.begin(), first.end()), segments(first.size(), 0);
  ids.insert(ids.end(), second.begin(), second.end());
  segments.resize(ids.size(), 1);
  batch.append(ids, 0, segments);
  prefix_lengths.push_back(std::ssize(first));
  for (std::int64_t i = 0; i < std::ssize(second); ++i) asked.push_back(last_of_prefix + i);
  labels.insert(labels.end(), second.begin(), second.end());
}

}  // namespace roformer::data
