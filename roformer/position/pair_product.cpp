#include "roformer/position/pair_product.h"

#include <torch/types.h>

#include "roformer/base/error.h"
#include "roformer/position/complex_product.h"

namespace roformer::position {

torch::Tensor pair_product(const torch::Tensor& q, const torch::Tensor& k, PairProduct product) {
  if (product == PairProduct::real) return torch::matmul(q, k.transpose(-1, -2));
  base::require(q.size(-1) % 2 == 0,
                "[position] expected an even size for complex products but got {}", q.size(-1));
  return (product == PairProduct::modulus ? plain_product(q, k) : conjugate_product(q, k))
      .modulus();
}

}  // namespace roformer::position
