// What a pair's score is made of: the product of query and key, or the modulus of their complex one.
#pragma once
#include <torch/types.h>

namespace roformer::position {

/// real: q · k. The others are complex products of vectors whose first half is the real part and whose
/// second half the imaginary one: modulus |Σ q k|, conjugate_modulus |Σ q k̄|.
enum class PairProduct { real, modulus, conjugate_modulus };

/// Of q (…, T_q, D) and k (…, T_k, D): (…, T_q, T_k). Its gradient is finite where a modulus is 0.
/// What the kernel of softmax attention must equal.
torch::Tensor pair_product(const torch::Tensor& q, const torch::Tensor& k, PairProduct product);

}  // namespace roformer::position
