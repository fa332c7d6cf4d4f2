// Rows of numbers: their product, their largest. For *_kernel.cpp files only, as
// matrix_product_kernel.h.
#pragma once
#include <cstdint>

#include "roformer/base/simd.h"

namespace roformer::attention {
namespace {

using base::simd::broadcast;
using base::simd::load;
using base::simd::store;
using base::simd::Vector;

constexpr std::int64_t lanes = base::simd::width<float>;

inline float largest_of_row(const float* row, std::int64_t count) {
  float largest = row[0];
  std::int64_t j = 0;
  if (count >= lanes) {
    Vector<float> most = load(row);
    for (j = lanes; j + lanes <= count; j += lanes) most = base::simd::maximum(most, load(row + j));
    largest = base::simd::largest(most);
  }
  for (; j < count; ++j) largest = row[j] > largest ? row[j] : largest;
  return largest;
}

inline float dot_of(const float* a, const float* b, std::int64_t size) {
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t i = 0; i < size; ++i) total += a[i] * b[i];
  return total;
}

}  // namespace
}  // namespace roformer::attention
