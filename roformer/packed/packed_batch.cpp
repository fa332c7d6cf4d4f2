#include "roformer/packed/packed_batch.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/packed/with_empty.h"

namespace roformer::packed {
namespace {

template <typename T>
torch::Tensor tensor_of(const std::vector<T>& values, torch::ScalarType type) {
  torch::Tensor result = torch::empty({static_cast<std::int64_t>(values.size())}, type);
  std::copy(values.begin(), values.end(), result.data_ptr<T>());
  return result;
}

void require_one_a_token(const data::TokenBatch& batch) {
  const std::size_t tokens = batch.tokens.size();
  base::require(batch.position_ids.size() == tokens, "[packed] expected {} position_ids but got {}",
                tokens, batch.position_ids.size());
  base::require(batch.segment_ids.size() == tokens, "[packed] expected {} segment_ids but got {}",
                tokens, batch.segment_ids.size());
}

void require_offsets(const std::vector<std::int32_t>& offsets, std::size_t tokens) {
  base::require(!offsets.empty(), "[packed] expected cu_seqlens from 0 to {} but got none", tokens);
  base::require(offsets.front() == 0, "[packed] expected cu_seqlens to begin with 0 but got {}",
                offsets.front());
  for (std::size_t b = 1; b < offsets.size(); ++b) {
    base::require(offsets[b - 1] <= offsets[b],
                  "[packed] expected ascending cu_seqlens but got {} before {}", offsets[b - 1],
                  offsets[b]);
  }
  base::require(static_cast<std::size_t>(offsets.back()) == tokens,
                "[packed] expected cu_seqlens to end at {} tokens but got {}", tokens,
                offsets.back());
}

// Ids are rows of tables; that they are not beyond a table's last, the model says.
void require_ids(const std::vector<std::int64_t>& ids, std::string_view name) {
  const auto negative = std::find_if(ids.begin(), ids.end(), [](auto id) { return id < 0; });
  base::require(negative == ids.end(), "[packed] expected {} from 0 on but got {} at token {}",
                name, negative == ids.end() ? 0 : *negative, negative - ids.begin());
}

void require_fitting(const data::TokenBatch& batch) {
  require_one_a_token(batch);
  require_offsets(batch.cu_seqlens, batch.tokens.size());
  require_ids(batch.tokens, "tokens");
  require_ids(batch.segment_ids, "segment_ids");
}

// A 0 too many at the front makes one sequence more than was meant, and says nothing.
void require_no_empty(const std::vector<std::int32_t>& offsets) {
  const auto twice = std::adjacent_find(offsets.begin(), offsets.end());
  base::require(twice == offsets.end(),
                "[packed] expected a token in every sequence but got none in sequence {}: "
                "cu_seqlens has {} twice (from_tokens_with_empty takes such)",
                twice - offsets.begin(), twice == offsets.end() ? 0 : *twice);
}

PackedBatch tensors_of(const data::TokenBatch& batch) {
  return {tensor_of(batch.tokens, torch::kLong), tensor_of(batch.cu_seqlens, torch::kInt),
          tensor_of(batch.position_ids, torch::kLong), tensor_of(batch.segment_ids, torch::kLong)};
}

}  // namespace

PackedBatch PackedBatch::to(torch::Device device) const {
  return {tokens.to(device),      cu_seqlens, position_ids.to(device),
          segment_ids.to(device), num_keys,   lengths};
}

std::optional<std::int64_t> first_too_far(const torch::Tensor& position_ids) {
  if (position_ids.numel() == 0) return std::nullopt;
  const auto [low, high] = torch::aminmax(position_ids);
  if (low.item<std::int64_t>() >= -farthest_position &&
      high.item<std::int64_t>() <= farthest_position)
    return std::nullopt;
  const torch::Tensor beyond =
      position_ids.gt(farthest_position).logical_or(position_ids.lt(-farthest_position));
  return beyond.nonzero()[0].item<std::int64_t>();
}

std::vector<std::int64_t> sequence_lengths(const PackedBatch& batch) {
  std::vector<std::int64_t> lengths;
  const torch::Tensor positions = batch.position_ids.cpu();
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b) {
    if (batch.lengths.defined()) {
      lengths.push_back(batch.lengths[b].item<std::int64_t>());
      continue;
    }
    const auto first = batch.cu_seqlens[b].item<std::int64_t>(),
               end = batch.cu_seqlens[b + 1].item<std::int64_t>();
    const std::int64_t seen =
        batch.num_keys.defined() ? batch.num_keys[b].item<std::int64_t>() : end - first;
    lengths.push_back(
        seen == 0 ? 0
                  : std::max<std::int64_t>(
                        0, positions.narrow(0, first, seen).max().item<std::int64_t>() + 1));
  }
  return lengths;
}

PackedBatch from_tokens(const data::TokenBatch& batch) {
  require_fitting(batch);
  require_no_empty(batch.cu_seqlens);
  return tensors_of(batch);
}

PackedBatch from_tokens_with_empty(const data::TokenBatch& batch) {
  require_fitting(batch);
  return tensors_of(batch);
}

}  // namespace roformer::packed
