// Scores that are moduli of complex products (position/pair_product.h), as two products of real
// numbers with the same keys: of q₁ for the real part a and of q₂ for the imaginary part b. For
// *_kernel.cpp files only, as matrix_product_kernel.h.
//   Σ q k: q₁ = (re, −im), q₂ = (im, re);   Σ q k̄: q₁ = (re, im), q₂ = (im, −re), but for b's sign.
#pragma once
#include "roformer/attention/matrix_product_kernel.h"
#include "roformer/attention/softmax_attention_kernel.h"

namespace roformer::attention {
namespace {

// Squares below are no modulus that has a slope.
constexpr float least_square = 1e-30f;  // as in position/complex_product.cpp

inline float conjugation(position::PairProduct product) {
  return product == position::PairProduct::conjugate_modulus ? 1.0f : -1.0f;
}

/// q₁ of all rows, then q₂ of all rows, (2 rows, size) in `parts`.
inline HeadMatrix<const float> real_and_imaginary(HeadMatrix<const float> q, std::int64_t rows,
                                                  std::int64_t size, position::PairProduct product,
                                                  float* parts) {
  const std::int64_t half = size / 2;
  const float sign = conjugation(product);
  for (std::int64_t i = 0; i < rows; ++i) {
    const float* const source = q.data + i * q.stride;
    float* const real = parts + i * size;
    float* const imaginary = parts + (rows + i) * size;
    for (std::int64_t d = 0; d < half; ++d) {
      real[d] = source[d];
      real[half + d] = sign * source[half + d];
      imaginary[d] = source[half + d];
      imaginary[half + d] = -sign * source[d];
    }
  }
  return {parts, size};
}

/// The gradient of q from those of q₁ and q₂, which stand as above, rows `stride` apart.
inline void copy_parts_gradient(const float* parts, std::int64_t stride, std::int64_t rows,
                                std::int64_t size, position::PairProduct product,
                                HeadMatrix<float> target) {
  const std::int64_t half = size / 2;
  const float sign = conjugation(product);
  for (std::int64_t i = 0; i < rows; ++i) {
    const float* const real = parts + i * stride;
    const float* const imaginary = parts + (rows + i) * stride;
    float* const row = target.data + i * target.stride;
    for (std::int64_t d = 0; d < half; ++d) {
      row[d] = real[d] - sign * imaginary[half + d];
      row[half + d] = sign * real[half + d] + imaginary[d];
    }
  }
}

/// a := sqrt(a² + b²).
inline void take_moduli(float* a, const float* b, std::int64_t count) {
#pragma omp simd
  for (std::int64_t j = 0; j < count; ++j) {
    const float square = a[j] * a[j] + b[j] * b[j];
    a[j] = __builtin_sqrtf(square < least_square ? least_square : square);
  }
}

/// The same into `moduli`; a and b become their slopes in it, 0 where it has none.
inline void take_moduli_and_slopes(float* a, float* b, std::int64_t count, float* moduli) {
#pragma omp simd
  for (std::int64_t j = 0; j < count; ++j) {
    const float square = a[j] * a[j] + b[j] * b[j];
    const float modulus = __builtin_sqrtf(square < least_square ? least_square : square);
    const float factor = square < least_square ? 0.0f : 1 / modulus;
    moduli[j] = modulus;
    a[j] *= factor;
    b[j] *= factor;
  }
}

/// a and b := the gradients of both from that of the modulus.
inline void scale_slopes(const float* gradient, std::int64_t count, float* a, float* b) {
  for (std::int64_t j = 0; j < count; ++j) {
    a[j] *= gradient[j];
    b[j] *= gradient[j];
  }
}

}  // namespace
}  // namespace roformer::attention
