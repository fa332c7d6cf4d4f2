#include "roformer/train/adamw_kernel.h"

#include <cmath>

namespace roformer::train {

template <base::Isa isa>
void adamw_chunk(float* __restrict weight, const float* __restrict gradient,
                 float* __restrict first, float* __restrict second, std::int64_t size,
                 const AdamWUpdate& update) {
  const AdamWUpdate u = update;  // a copy, so that the stores below cannot alias it
#pragma omp simd
  for (std::int64_t i = 0; i < size; ++i) {
    const float g = gradient[i] * u.gradient_scale;
    const float m = first[i] + (g - first[i]) * u.first_blend;
    const float v = second[i] * u.beta2 + g * g * u.second_blend;
    first[i] = m;
    second[i] = v;
    const float denominator = std::sqrt(v) / u.second_root + u.epsilon;
    weight[i] = weight[i] * u.decay - u.step_size * (m / denominator);
  }
}

template <base::Isa isa>
double sum_of_squares(const float* values, std::int64_t size) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < size; ++i) {
    const double value = values[i];
    sum += value * value;
  }
  return sum;
}

template void adamw_chunk<base::Isa::ROFORMER_KERNEL_ISA>(float*, const float*, float*, float*,
                                                          std::int64_t, const AdamWUpdate&);
template double sum_of_squares<base::Isa::ROFORMER_KERNEL_ISA>(const float*, std::int64_t);

}  // namespace roformer::train
