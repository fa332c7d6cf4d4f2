// Sizes of products, and how far apart two of them are.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <ostream>

namespace roformer::product {

struct ProductSize {
  std::int64_t rows, inputs, outputs;
};

inline void PrintTo(const ProductSize& size, std::ostream* out) {
  *out << size.rows << " × " << size.inputs << " × " << size.outputs;
}

/// Of results in float32 and float64; 0 where there are none.
inline double largest_gap(const torch::Tensor& a, const torch::Tensor& b) {
  return a.numel() == 0 ? 0 : (a.to(torch::kFloat64) - b).abs().max().item<double>();
}

}  // namespace roformer::product
