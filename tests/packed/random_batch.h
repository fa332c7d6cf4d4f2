// A packed batch of random tokens, for tests of models.
#pragma once
#include <torch/types.h>
#include <torch/utils.h>

#include <cstdint>
#include <vector>

#include "roformer/packed/packed_batch.h"

namespace roformer::tests {

/// Sequences of these lengths, of tokens 0 .. vocabulary − 1 and of segment 0, that go on at places
/// `begins`; none given: at 0.
inline packed::PackedBatch random_batch(const std::vector<std::int64_t>& lengths,
                                        std::int64_t vocabulary,
                                        const std::vector<std::int64_t>& begins = {}) {
  std::vector<std::int32_t> offsets = {0};
  std::vector<torch::Tensor> positions;
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    const std::int64_t begin = begins.empty() ? 0 : begins[b];
    offsets.push_back(offsets.back() + static_cast<std::int32_t>(lengths[b]));
    positions.push_back(torch::arange(begin, begin + lengths[b]));
  }
  packed::PackedBatch batch;
  batch.tokens = torch::randint(0, vocabulary, {offsets.back()}, torch::kInt64);
  batch.cu_seqlens = torch::tensor(offsets, torch::kInt32);
  batch.position_ids = torch::cat(positions);
  batch.segment_ids = torch::zeros_like(batch.tokens);
  return batch;
}

}  // namespace roformer::tests
