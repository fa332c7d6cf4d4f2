// One pass, vectors of the instruction set.
#include "roformer/product/activation_kernel.h"

#include "roformer/base/simd.h"
#include "roformer/product/activation_functions.h"

namespace roformer::product {
namespace {

using base::simd::load;
using base::simd::store;

constexpr std::int64_t lanes = base::simd::width<float>;

// The last, incomplete vector goes by way of a buffer.
Floats load_some(const float* source, std::int64_t count) {
  float buffer[lanes] = {};
  for (std::int64_t i = 0; i < count; ++i) buffer[i] = source[i];
  return load(buffer);
}

void store_some(float* target, Floats value, std::int64_t count) {
  float buffer[lanes];
  store(buffer, value);
  for (std::int64_t i = 0; i < count; ++i) target[i] = buffer[i];
}

template <typename Function>
void map(const float* x, float* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, Function::value(load(x + i)));
  if (i < count) store_some(y + i, Function::value(load_some(x + i, count - i)), count - i);
}

template <typename Function>
void map_gradient(const float* x, const float* slope, float* target, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    store(target + i, Function::slope(load(x + i)) * load(slope + i));
  if (i == count) return;
  const std::int64_t rest = count - i;
  store_some(target + i, Function::slope(load_some(x + i, rest)) * load_some(slope + i, rest),
             rest);
}

}  // namespace

template <base::Isa>
void activate(Activation activation, const float* x, float* y, std::int64_t count) {
  with_function(activation, [&](auto function) { map<decltype(function)>(x, y, count); });
}

template <base::Isa>
void activate_gradient(Activation activation, const float* x, const float* y_gradient,
                       float* x_gradient, std::int64_t count) {
  with_function(activation, [&](auto function) {
    map_gradient<decltype(function)>(x, y_gradient, x_gradient, count);
  });
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template void activate<isa>(Activation, const float*, float*, std::int64_t);
template void activate_gradient<isa>(Activation, const float*, const float*, float*, std::int64_t);

}  // namespace roformer::product
