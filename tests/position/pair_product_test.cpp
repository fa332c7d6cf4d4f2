#include "roformer/position/pair_product.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/position/complex_product.h"

namespace roformer::position {
namespace {

TEST(PairProduct, EachForm) {
  torch::manual_seed(4);
  const auto q = torch::randn({2, 3, 6}, torch::kFloat64),
             k = torch::randn({2, 5, 6}, torch::kFloat64);
  EXPECT_TRUE(torch::equal(pair_product(q, k, PairProduct::real), torch::matmul(q, k.mT())));
  EXPECT_TRUE(
      torch::equal(pair_product(q, k, PairProduct::modulus), plain_product(q, k).modulus()));
  EXPECT_TRUE(torch::equal(pair_product(q, k, PairProduct::conjugate_modulus),
                           conjugate_product(q, k).modulus()));
}

}  // namespace
}  // namespace roformer::position
