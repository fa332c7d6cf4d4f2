// y = LayerNorm(residual + dropout(x)) on rows in memory, and its gradient. No torch, no std
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
  const float* weight;  // (size); LayerNorm only
  const float* bias;    // (size); LayerNorm only
};

/// `residual` may be null (plain LayerNorm). `normalized` (rows, size) and `inverse_deviation`
/// (rows), if not null, receive what the gradient needs.
template <base::Isa isa>
void residual_norm_rows(const ResidualNormTask& task, const float* x, const float* residual,
                        float* y, float* normalized, float* inverse_deviation, std::int64_t begin,
                        std::int64_t end);

/// residual_gradient (rows, size); x_gradient likewise or null where it equals the former (no
/// dropout). weight_gradient and bias_gradient (size) are overwritten by the sums over rows begin
/// .. end − 1.
template <base::Isa isa>
void residual_norm_gradient_rows(const ResidualNormTask& task, const float* y_gradient,
                                 const float* normalized, const float* inverse_deviation,
                                 float* residual_gradient, float* x_gradient,
                                 float* weight_gradient, float* bias_gradient, std::int64_t begin,
                                 std::int64_t end);

/// y = s / sqrt(mean(s²) + epsilon) with s = residual + dropout(x). `inverse_root` (rows), if not
/// null, receives the divisors' inverses, which the gradient needs.
template <base::Isa isa>
void residual_rms_norm_rows(const ResidualNormTask& task, const float* x, const float* residual,
                            float* y, float* inverse_root, std::int64_t begin, std::int64_t end);

/// From the result y; x_gradient may be null as above.
template <base::Isa isa>
void residual_rms_norm_gradient_rows(const ResidualNormTask& task, const float* y_gradient,
                                     const float* y, const float* inverse_root,
                                     float* residual_gradient, float* x_gradient,
                                     std::int64_t begin, std::int64_t end);

/// target := dropout(source), rows of task.size.
template <base::Isa isa>
void dropout_rows(const ResidualNormTask& task, const float* source, float* target,
                  std::int64_t begin, std::int64_t end);

}  // namespace roformer::model
