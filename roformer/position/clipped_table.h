// A table of vectors by distance where all distances beyond c share a row: r = clip(n − m, −c, c),
// row r + c. What `shaw` and `nezha` add to keys and values (Eq. 5).
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

/// q_m · a_r, not divided: (G, H, T_q, T_k). `table` is (2c + 1, D), or (H, 2c + 1, D).
torch::Tensor clipped_key_term(const ScoreInputs& inputs, const torch::Tensor& table,
                               std::int64_t clip);

/// Σ_n w_mn a_r: (G, H, T_q, D).
torch::Tensor clipped_value_term(const ValueInputs& inputs, const torch::Tensor& table,
                                 std::int64_t clip);

}  // namespace roformer::position
