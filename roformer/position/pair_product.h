// What a pair's score is made of: the product of query and key, or the modulus of their complex one.
#pragma once
#include <torch/types.h>

#include "roformer/position/pair_product_kind.h"

namespace roformer::position {

/// Of q (…, T_q, D) and k (…, T_k, D): (…, T_q, T_k). Its gradient is finite where a modulus is 0.
/// What the kernel of softmax attention must equal. Throws Error for moduli of an odd D.
torch::Tensor pair_product(const torch::Tensor& q, const torch::Tensor& k, PairProduct product);

}  // namespace roformer::position
