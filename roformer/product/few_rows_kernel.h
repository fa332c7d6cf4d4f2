// y = f(x Wᵀ + b) for a few rows of x, from the plain weight: it is read once, in the order in which
// it stands in memory, and nothing is packed. No torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"
#include "roformer/product/activation_kernel.h"

namespace roformer::product {

struct FewRowsProduct {
  const float* x = nullptr;  // (rows, inputs)
  std::int64_t rows = 0, inputs = 0;
  const float* weight = nullptr;  // (outputs, inputs)
  std::int64_t outputs = 0;
  const float* bias = nullptr;             // (outputs) or none
  const Activation* activation = nullptr;  // or none
  float* y = nullptr;                      // (rows, outputs)
};

/// Outputs begin … end − 1 of all rows. What a row gives does not depend, to the bit, on the rows
/// beside it or on where the outputs are cut.
template <base::Isa isa>
void few_rows_product(const FewRowsProduct& product, std::int64_t begin, std::int64_t end);

}  // namespace roformer::product
