// y = LayerNorm(residual + dropout(x)) or root-mean-square norm of the same on rows in memory, and
// its gradient. No torch, no std
// containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"

namespace roformer::model {

/// Rows of `size` floats, contiguous. Row r of the dropout mask belongs to row r.
struct ResidualNormTask {
  std::int64_t size;
  float epsilon;
  float dropout;
  std::uint64_t dropout_seed;
  const float* weight;  // (size); null: root-mean-square norm, s / sqrt(mean(s²) + epsilon)
  const float* bias;    // (size)
};

/// `residual` may be null (plain norm). `normalized` (rows, size; LayerNorm only, y itself
/// otherwise) and `inverse_deviation` (rows), if not null, receive what the gradient needs.
template <base::Isa isa>
void residual_norm_rows(const ResidualNormTask& task, const float* x, const float* residual,
                        float* y, float* normalized, float* inverse_deviation, std::int64_t begin,
                        std::int64_t end);

/// residual_gradient (rows, size); x_gradient likewise or null where it equals the former (no
/// dropout). `sums` (2, size), null without weights, are overwritten by the gradients of weight and
/// bias, summed over rows begin .. end − 1.
template <base::Isa isa>
void residual_norm_gradient_rows(const ResidualNormTask& task, const float* y_gradient,
                                 const float* normalized, const float* inverse_deviation,
                                 float* residual_gradient, float* x_gradient, float* sums,
                                 std::int64_t begin, std::int64_t end);

/// target := dropout(source), rows of task.size.
template <base::Isa isa>
void dropout_rows(const ResidualNormTask& task, const float* source, float* target,
                  std::int64_t begin, std::int64_t end);

}  // namespace roformer::model
