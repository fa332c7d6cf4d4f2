#include "roformer/packed/keep_mask.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace roformer::packed {
namespace {

// The kernels' own function of row key and column (base/random.h).
TEST(KeepMask, IsTheKernelsMask) {
  std::vector<base::RowKey> keys;
  for (std::uint64_t row = 0; row < 40; ++row) keys.push_back(base::row_key(123, row));
  for (const double dropout : {0.0, 0.1, 0.5, 0.9}) {
    const torch::Tensor mask = keep_mask(keys, 70, dropout);
    for (std::int64_t r = 0; r < 40; ++r) {
      for (std::int64_t j = 0; j < 70; ++j) {
        const auto& key = keys[static_cast<std::size_t>(r)];
        ASSERT_EQ(mask[r][j].item<bool>(), base::row_bits(static_cast<std::uint32_t>(j), key) >=
                                               base::drop_threshold(dropout))
            << r << ", " << j;
      }
    }
  }
}

TEST(KeepMask, KeepsItsShare) {
  std::vector<base::RowKey> keys;
  for (std::uint64_t row = 0; row < 500; ++row) keys.push_back(base::row_key(9, row));
  EXPECT_TRUE(keep_mask(keys, 100, 0).all().item<bool>());
  EXPECT_NEAR(keep_mask(keys, 100, 0.3).to(torch::kFloat32).mean().item<double>(), 0.7,
              0.01);  // standard error 0.002
  EXPECT_EQ(keep_mask({}, 100, 0.3).numel(), 0);
}

}  // namespace
}  // namespace roformer::packed
