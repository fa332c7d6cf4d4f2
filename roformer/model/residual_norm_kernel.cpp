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

// The sum in y becomes LayerNorm's result, and the normalised row goes to `kept` unless that is
// null; returns the inverse deviation.
float layer_norm_row(const ResidualNormTask& task, float* y, float* kept) {
  const std::int64_t size = task.size;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < size; ++j) sum += y[j];
  const float mean = sum / static_cast<float>(size);
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t j = 0; j < size; ++j) squares += (y[j] - mean) * (y[j] - mean);
  const float inverse = 1 / __builtin_sqrtf(squares / static_cast<float>(size) + task.epsilon);
  if (kept == nullptr) {
#pragma omp simd
    for (std::int64_t j = 0; j < size; ++j)
      y[j] = (y[j] - mean) * inverse * task.weight[j] + task.bias[j];
    return inverse;
  }
#pragma omp simd
  for (std::int64_t j = 0; j < size; ++j) {
    kept[j] = (y[j] - mean) * inverse;
    y[j] = kept[j] * task.weight[j] + task.bias[j];
  }
  return inverse;
}

float rms_norm_row(const ResidualNormTask& task, float* y) {
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t j = 0; j < task.size; ++j) squares += y[j] * y[j];
  const float inverse = 1 / __builtin_sqrtf(squares / static_cast<float>(task.size) + task.epsilon);
#pragma omp simd
  for (std::int64_t j = 0; j < task.size; ++j) y[j] *= inverse;
  return inverse;
}

// target := the gradient of the sum, from the slope of y and the normalised row.
void layer_norm_gradient_row(const ResidualNormTask& task, const float* slope, const float* value,
                             float inverse, float* target, float* weight_gradient,
                             float* bias_gradient) {
  const std::int64_t size = task.size;
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
#pragma omp simd
  for (std::int64_t j = 0; j < size; ++j) {
    target[j] = inverse * (slope[j] * task.weight[j] - mean - value[j] * along);
  }
}

void rms_norm_gradient_row(const ResidualNormTask& task, const float* slope, const float* value,
                           float inverse, float* target) {
  float product = 0;
#pragma omp simd reduction(+ : product)
  for (std::int64_t j = 0; j < task.size; ++j) product += slope[j] * value[j];
  const float along = product / static_cast<float>(task.size);
#pragma omp simd
  for (std::int64_t j = 0; j < task.size; ++j) target[j] = inverse * (slope[j] - value[j] * along);
}

}  // namespace

template <base::Isa>
void residual_norm_rows(const ResidualNormTask& task, const float* x, const float* residual,
                        float* y, float* normalized, float* inverse_deviation, std::int64_t begin,
                        std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int64_t place = row * task.size;
    add_row(task, row, x + place, residual == nullptr ? nullptr : residual + place, y + place);
    const float inverse =
        task.weight == nullptr
            ? rms_norm_row(task, y + place)
            : layer_norm_row(task, y + place, normalized == nullptr ? nullptr : normalized + place);
    if (inverse_deviation != nullptr) inverse_deviation[row] = inverse;
  }
}

template <base::Isa>
void residual_norm_gradient_rows(const ResidualNormTask& task, const float* y_gradient,
                                 const float* normalized, const float* inverse_deviation,
                                 float* residual_gradient, float* x_gradient, float* sums,
                                 std::int64_t begin, std::int64_t end) {
  for (std::int64_t j = 0; sums != nullptr && j < 2 * task.size; ++j) sums[j] = 0;
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int64_t place = row * task.size;
    const float* const slope = y_gradient + place;
    const float* const value = normalized + place;
    float* const target = residual_gradient + place;
    if (sums == nullptr) {
      rms_norm_gradient_row(task, slope, value, inverse_deviation[row], target);
    } else {
      layer_norm_gradient_row(task, slope, value, inverse_deviation[row], target, sums,
                              sums + task.size);
    }
    if (x_gradient != nullptr) mask_row(task, row, target, x_gradient + place);
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
                                               const float*, float*, float*, float*, std::int64_t,
                                               std::int64_t);
template void dropout_rows<isa>(const ResidualNormTask&, const float*, float*, std::int64_t,
                                std::int64_t);

}  // namespace roformer::model
