#include "roformer/attention/recurrent_step_kernel.h"

#include "roformer/attention/feature_attention_kernel.h"
#include "roformer/attention/random_features_kernel.h"
#include "roformer/rope/rotation_kernel.h"

namespace roformer::attention {
namespace {

constexpr auto step_isa = base::Isa::ROFORMER_KERNEL_ISA;

enum class StepSide { query, key };

// y[i] = f(x[i]), a last vector by way of a buffer.
template <typename Function>
void map_step(const float* x, std::int64_t count, float* y, const Function& function) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, function(load(x + i)));
  if (i == count) return;
  float buffer[lanes] = {};
  for (std::int64_t j = i; j < count; ++j) buffer[j - i] = x[j];
  store(buffer, function(load(buffer)));
  for (std::int64_t j = i; j < count; ++j) y[j] = buffer[j - i];
}

// A NaN is the largest: it must not be lost.
float step_largest(const float* x, std::int64_t count) {
  float largest = x[0];
  for (std::int64_t i = 1; i < count; ++i) largest = x[i] <= largest ? largest : x[i];
  return largest;
}

float step_sum(const float* x, std::int64_t count) {
  float sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += x[i];
  return sum;
}

void softmax_of_features(const float* x, std::int64_t count, float* y) {
  const float largest = step_largest(x, count);
  map_step(x, count, y, [&](Vector<float> a) { return base::simd::exponential(a - largest); });
  const float factor = 1 / step_sum(y, count);
  for (std::int64_t i = 0; i < count; ++i) y[i] *= factor;
}

// w · q and w · k of `count` features from w on.
template <int count>
void products_of_both(const float* w, const float* q, const float* k, std::int64_t size,
                      float scale, float* of_q, float* of_k) {
  Vector<float> q_sums[count] = {}, k_sums[count] = {};
  std::int64_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    const Vector<float> q_part = load(q + i), k_part = load(k + i);
    for (int f = 0; f < count; ++f) {
      const Vector<float> weights = load(w + f * size + i);
      q_sums[f] += weights * q_part;
      k_sums[f] += weights * k_part;
    }
  }
  for (int f = 0; f < count; ++f) {
    float q_sum = base::simd::total(q_sums[f]), k_sum = base::simd::total(k_sums[f]);
    for (std::int64_t j = i; j < size; ++j) {
      q_sum += w[f * size + j] * q[j];
      k_sum += w[f * size + j] * k[j];
    }
    of_q[f] = scale * q_sum;
    of_k[f] = scale * k_sum;
  }
}

void random_products_of(const RecurrentStep& step, const float* q, const float* k, float* of_q,
                        float* of_k) {
  const std::int64_t size = step.head_size;
  const float scale = random_feature_scale(size);
  std::int64_t f = 0;
  for (; f + 4 <= step.features; f += 4)
    products_of_both<4>(step.projection + f * size, q, k, size, scale, of_q + f, of_k + f);
  for (; f < step.features; ++f)
    products_of_both<1>(step.projection + f * size, q, k, size, scale, of_q + f, of_k + f);
}

// y: products of x with w, scaled, which become features.
void random_features_of(const RecurrentStep& step, const float* x, StepSide side, float* y) {
  const std::int64_t size = step.head_size, count = step.features;
  if (step.map == StepMap::relu) return rectify_features(y, count, 1, step.feature_epsilon);
  const float scale = random_feature_scale(size), square = dot_of(x, x, size),
              most = side == StepSide::query ? step_largest(y, count) : 0;
  exponentiate_features(y, count, 1, 0.5f * scale * scale * square + most, largest_key_exponent,
                        step.feature_epsilon, favor_share(count));
}

void features_of_step(const RecurrentStep& step, const float* x, StepSide side, float* y) {
  const std::int64_t count = step.features;
  switch (step.map) {
    case StepMap::elu:
      map_step(x, count, y, [](Vector<float> a) {
        return a > Vector<float>{} ? a + 1.0f : base::simd::exponential(a);
      });
      return;
    case StepMap::favor:
    case StepMap::relu:
      random_features_of(step, x, side, y);
      return;
    default:
      break;
  }
  if (side == StepSide::query) {
    softmax_of_features(x, count, y);
    return;
  }
  const Vector<float> limit = base::simd::broadcast(largest_key_exponent);
  map_step(x, count, y, [&](Vector<float> a) {
    return base::simd::exponential(base::simd::minimum(limit, base::simd::maximum(-limit, a)));
  });
}

// The features that the numerator takes: turned, or as they are.
const float* turned(const RecurrentStep& step, const float* plain, float* target) {
  if (step.cos == nullptr) return plain;
  rope::RotationTask<float, float> task;
  task.source = {plain, step.features, step.features};
  task.target = {target, step.features, step.features};
  task.cos = step.cos;
  task.sin = step.sin;
  task.heads = 1;
  task.head_size = task.rotary_dim = step.features;
  task.layout = step.layout;
  task.direction = rope::Direction::forward;
  rope::rotate_rows<step_isa>(task, 0, 1);
  return target;
}

// S += k vᵀ and out = factor · q S, of `vectors` vectors of columns from `first` on.
template <int vectors>
void pass_over_sums(const float* q, const float* k, const float* v, std::int64_t features,
                    std::int64_t size, float factor, float* sums, float* out) {
  Vector<float> values[vectors], answers[vectors] = {};
  for (int i = 0; i < vectors; ++i) values[i] = load(v + i * lanes);
  for (std::int64_t f = 0; f < features; ++f) {
    float* const row = sums + f * size;
    for (int i = 0; i < vectors; ++i) {
      const Vector<float> sum = load(row + i * lanes) + values[i] * k[f];
      store(row + i * lanes, sum);
      answers[i] += sum * q[f];
    }
  }
  for (int i = 0; i < vectors; ++i) store(out + i * lanes, answers[i] * factor);
}

}  // namespace

template <base::Isa>
void recurrent_step(const RecurrentStep& step, const float* q, const float* k, const float* v,
                    const LinearSums& sums, float* out, float* scratch) {
  const std::int64_t features = step.features, size = step.head_size, stride = features + 16;
  float* const q_plain = scratch;
  float* const k_plain = q_plain + stride;
  if (step.projection != nullptr) random_products_of(step, q, k, q_plain, k_plain);
  features_of_step(step, q, StepSide::query, q_plain);
  features_of_step(step, k, StepSide::key, k_plain);
  for (std::int64_t f = 0; f < features; ++f) sums.denominator[f] += k_plain[f];
  float factor = 1;
  if (step.map == StepMap::shen) {
    for (std::int64_t f = 0; f < features; ++f) q_plain[f] /= sums.denominator[f];
  } else {
    factor = 1 / (dot_of(q_plain, sums.denominator, features) + step.epsilon);
  }
  const float* const q_turned = turned(step, q_plain, k_plain + stride);
  const float* const k_turned = turned(step, k_plain, k_plain + 2 * stride);
  std::int64_t i = 0;
  for (; i + 4 * lanes <= size; i += 4 * lanes)
    pass_over_sums<4>(q_turned, k_turned, v + i, features, size, factor, sums.numerator + i,
                      out + i);
  for (; i + lanes <= size; i += lanes)
    pass_over_sums<1>(q_turned, k_turned, v + i, features, size, factor, sums.numerator + i,
                      out + i);
  for (; i < size; ++i) {
    float answer = 0;
    for (std::int64_t f = 0; f < features; ++f) {
      float& sum = sums.numerator[f * size + i];
      sum += k_turned[f] * v[i];
      answer += q_turned[f] * sum;
    }
    out[i] = factor * answer;
  }
}

template void recurrent_step<step_isa>(const RecurrentStep&, const float*, const float*,
                                       const float*, const LinearSums&, float*, float*);

}  // namespace roformer::attention
