// Each row is read once from memory: sum, mean and variance are taken while it is in the
// first-level cache.
#include "roformer/model/residual_norm_kernel.h"

#include "roformer/base/random.h"
#include "roformer/base/simd.h"

namespace roformer::model {
namespace {

using base::simd::broadcast;
using base::simd::load;
using base::simd::store;
using base::simd::Vector;

constexpr std::int64_t lanes = base::simd::width<float>;

// 1 / keep where the row's mask keeps an element, else 0.
struct MaskRow {
  base::RowKey key;
  std::uint32_t threshold;
  float boost;

  MaskRow(const ResidualNormTask& task, std::int64_t row)
      : key(base::row_key(task.dropout_seed, static_cast<std::uint64_t>(row))),
        threshold(base::drop_threshold(task.dropout)),
        boost(1 / (1 - task.dropout)) {}

  Vector<float> factors(std::int64_t first) const {
    const Vector<std::uint32_t> columns =
        base::simd::lane_numbers() + static_cast<std::uint32_t>(first);
    return base::row_bits(columns, key) >= broadcast(threshold) ? broadcast(boost)
                                                                : Vector<float>{};
  }
  float factor(std::int64_t column) const {
    return base::row_bits(static_cast<std::uint32_t>(column), key) >= threshold ? boost : 0.0f;
  }
};

// target := source ∘ mask
void mask_row(const ResidualNormTask& task, std::int64_t row, const float* source, float* target) {
  const MaskRow mask(task, row);
  std::int64_t j = 0;
  for (; j + lanes <= task.size; j += lanes) store(target + j, load(source + j) * mask.factors(j));
  for (; j < task.size; ++j) target[j] = source[j] * mask.factor(j);
}

// y := residual + dropout(x)
void add_row(const ResidualNormTask& task, std::int64_t row, const float* x, const float* residual,
             float* y) {
  if (task.dropout > 0) {
    mask_row(task, row, x, y);
    x = y;
  }
  if (residual == nullptr) {
    if (x == y) return;
#pragma omp simd
    for (std::int64_t j = 0; j < task.size; ++j) y[j] = x[j];
    return;
  }
#pragma omp simd
  for (std::int64_t j = 0; j < task.size; ++j) y[j] = x[j] + residual[j];
}

}  // namespace

template <base::Isa>
void residual_norm_rows(const ResidualNormTask& task, const float* x, const float* residual,
                        float* y, float* normalized, float* inverse_deviation, std::int64_t begin,
                        std::int64_t end) {
  const std::int64_t size = task.size;
  for (std::int64_t row = begin; row < end; ++row) {
    float* const target = y + row * size;
    add_row(task, row, x + row * size, residual == nullptr ? nullptr : residual + row * size,
            target);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t j = 0; j < size; ++j) sum += target[j];
    const float mean = sum / static_cast<float>(size);
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::int64_t j = 0; j < size; ++j) squares += (target[j] - mean) * (target[j] - mean);
    const float inverse = 1 / __builtin_sqrtf(squares / static_cast<float>(size) + task.epsilon);
    if (normalized != nullptr) {
      float* const kept = normalized + row * size;
      inverse_deviation[row] = inverse;
#pragma omp simd
      for (std::int64_t j = 0; j < size; ++j) {
        kept[j] = (target[j] - mean) * inverse;
        target[j] = kept[j] * task.weight[j] + task.bias[j];
      }
      continue;
    }
#pragma omp simd
    for (std::int64_t j = 0; j < size; ++j)
      target[j] = (target[j] - mean) * inverse * task.weight[j] + task.bias[j];
  }
}

template <base::Isa>
void residual_norm_gradient_rows(const ResidualNormTask& task, const float* y_gradient,
                                 const float* normalized, const float* inverse_deviation,
                                 float* residual_gradient, float* x_gradient,
                                 float* weight_gradient, float* bias_gradient, std::int64_t begin,
                                 std::int64_t end) {
  const std::int64_t size = task.size;
  for (std::int64_t j = 0; j < size; ++j) weight_gradient[j] = bias_gradient[j] = 0;
  for (std::int64_t row = begin; row < end; ++row) {
    const float* const slope = y_gradient + row * size;
    const float* const value = normalized + row * size;
    float sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
    for (std::int64_t j = 0; j < size; ++j) {
      const float weighted = slope[j] * task.weight[j];
      sum += weighted;
      product += weighted * value[j];
      weight_gradient[j] += slope[j] * value[j];
      bias_gradient[j] += slope[j];
    }
    const float mean = sum / static_cast<float>(size), along = product / static_cast<float>(size);
    const float inverse = inverse_deviation[row];
    float* const target = residual_gradient + row * size;
#pragma omp simd
    for (std::int64_t j = 0; j < size; ++j) {
      target[j] = inverse * (slope[j] * task.weight[j] - mean - value[j] * along);
    }
    if (x_gradient != nullptr) mask_row(task, row, target, x_gradient + row * size);
  }
}

template <base::Isa>
void residual_rms_norm_rows(const ResidualNormTask& task, const float* x, const float* residual,
                            float* y, float* inverse_root, std::int64_t begin, std::int64_t end) {
  const std::int64_t size = task.size;
  for (std::int64_t row = begin; row < end; ++row) {
    float* const target = y + row * size;
    add_row(task, row, x + row * size, residual == nullptr ? nullptr : residual + row * size,
            target);
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::int64_t j = 0; j < size; ++j) squares += target[j] * target[j];
    const float inverse = 1 / __builtin_sqrtf(squares / static_cast<float>(size) + task.epsilon);
    if (inverse_root != nullptr) inverse_root[row] = inverse;
#pragma omp simd
    for (std::int64_t j = 0; j < size; ++j) target[j] *= inverse;
  }
}

template <base::Isa>
void residual_rms_norm_gradient_rows(const ResidualNormTask& task, const float* y_gradient,
                                     const float* y, const float* inverse_root,
                                     float* residual_gradient, float* x_gradient,
                                     std::int64_t begin, std::int64_t end) {
  const std::int64_t size = task.size;
  for (std::int64_t row = begin; row < end; ++row) {
    const float* const slope = y_gradient + row * size;
    const float* const value = y + row * size;
    float product = 0;
#pragma omp simd reduction(+ : product)
    for (std::int64_t j = 0; j < size; ++j) product += slope[j] * value[j];
    const float along = product / static_cast<float>(size), inverse = inverse_root[row];
    float* const target = residual_gradient + row * size;
#pragma omp simd
    for (std::int64_t j = 0; j < size; ++j) target[j] = inverse * (slope[j] - value[j] * along);
    if (x_gradient != nullptr) mask_row(task, row, target, x_gradient + row * size);
  }
}

template <base::Isa>
void dropout_rows(const ResidualNormTask& task, const float* source, float* target,
                  std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row)
    mask_row(task, row, source + row * task.size, target + row * task.size);
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template void residual_norm_rows<isa>(const ResidualNormTask&, const float*, const float*, float*,
                                      float*, float*, std::int64_t, std::int64_t);
template void residual_norm_gradient_rows<isa>(const ResidualNormTask&, const float*, const float*,
                                               const float*, float*, float*, float*, float*,
                                               std::int64_t, std::int64_t);
template void residual_rms_norm_rows<isa>(const ResidualNormTask&, const float*, const float*,
                                          float*, float*, std::int64_t, std::int64_t);
template void residual_rms_norm_gradient_rows<isa>(const ResidualNormTask&, const float*,
                                                   const float*, const float*, float*, float*,
                                                   std::int64_t, std::int64_t);
template void dropout_rows<isa>(const ResidualNormTask&, const float*, float*, std::int64_t,
                                std::int64_t);

}  // namespace roformer::model
