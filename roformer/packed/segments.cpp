#include "roformer/packed/segments.h"

#include "roformer/base/error.h"

namespace roformer::packed {

using torch::Tensor;

Tensor sequence_of_tokens(const Tensor& cu_seqlens) {
  return torch::repeat_interleave(cu_seqlens.to(torch::kLong).diff());
}

Tensor segment_sum(const Tensor& rows, const Tensor& sequences, std::int64_t count) {
  return torch::zeros({count, rows.size(1)}, rows.options()).index_add_(0, sequences, rows);
}

Tensor segment_mean(const Tensor& values, const PackedBatch& batch) {
  base::require(values.dim() == 2 && values.size(0) == batch.num_tokens(),
                "[packed] expected values of {} tokens but got {} rows", batch.num_tokens(),
                values.size(0));
  const Tensor sequences = sequence_of_tokens(batch.cu_seqlens).to(values.device());
  const Tensor lengths = batch.cu_seqlens.to(torch::kLong).diff().clamp_min(1);
  return segment_sum(values, sequences, batch.num_sequences()) /
         lengths.to(values.options()).unsqueeze(1);
}

}  // namespace roformer::packed
