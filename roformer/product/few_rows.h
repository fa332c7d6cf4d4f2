// Products of a few rows without LibTorch and without a barrier, as one token at a time asks for.
#pragma once
#include <cstdint>

#include "roformer/base/helpers.h"
#include "roformer/product/few_rows_kernel.h"

namespace roformer::product {

/// The most rows; beyond, oneDNN's blocks are faster.
constexpr std::int64_t kMostFewRows = 8;

/// All outputs, by the caller and its helpers.
void run_few_rows(const FewRowsProduct& product, base::Helpers& helpers);

}  // namespace roformer::product
