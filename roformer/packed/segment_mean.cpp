#include "roformer/packed/segment_mean.h"

#include "roformer/base/error.h"

namespace roformer::packed {

torch::Tensor segment_mean(const torch::Tensor& values, const PackedBatch& batch) {
  base::require(values.dim() == 2 && values.size(0) == batch.num_tokens(),
                "[packed] expected values of {} tokens but got {} rows", batch.num_tokens(),
                values.size(0));
  const torch::Tensor lengths = batch.cu_seqlens.to(torch::kLong).diff();
  const torch::Tensor sequences = torch::repeat_interleave(lengths).to(values.device());
  const torch::Tensor sums = torch::zeros({lengths.size(0), values.size(1)}, values.options())
                                 .index_add(0, sequences, values);
  return sums / lengths.clamp_min(1).to(values.options()).unsqueeze(1);
}

}  // namespace roformer::packed
