// A float32 weight laid out by blocks of outputs, and products with it.
#pragma once
#include <torch/types.h>

#include <optional>

#include "roformer/product/activation_kernel.h"
#include "roformer/product/block_product_kernel.h"
#include "roformer/product/few_rows.h"

namespace roformer::product {

/// For products without a gradient. Beside oneDNN's layout (Sapphire Rapids, 2 threads, a base
/// block's four products): 1.3 to 2 times as fast at 4 and 26 rows of weights that come from
/// memory, alike from 128 rows on. A row gives the same bits whatever rows are beside it.
class BlockedWeight {
 public:
  /// weight (out, in): float32 on the CPU, not empty. A copy.
  explicit BlockedWeight(const torch::Tensor& weight);

  /// f(x Wᵀ + b), or without activation x Wᵀ + b: x (N, in) float32 on the CPU, bias (out) or
  /// undefined; (N, out). Throws Error for other shapes.
  torch::Tensor product(const torch::Tensor& x, const torch::Tensor& bias,
                        std::optional<Activation> activation) const;
  /// The same of a few rows in memory.
  void product(const FewRows& few, base::Helpers& helpers) const;

 private:
  BlockProduct block_product_of(const float* x, float* y) const;

  std::int64_t outputs_, inputs_;
  torch::Tensor blocks_;  // bytes, as BlockProduct has them
};

}  // namespace roformer::product
