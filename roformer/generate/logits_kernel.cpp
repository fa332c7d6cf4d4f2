#include "roformer/generate/logits_kernel.h"

#include "roformer/base/simd.h"

namespace roformer::generate {
namespace {

using base::simd::broadcast;
using base::simd::load;
using base::simd::store;

using LogitVector = base::simd::Vector<float>;
constexpr std::int64_t logit_lanes = base::simd::width<float>;

// Logits that are passed over together if none of them is among the largest: one block in 500 of
// 32,000 logits holds one.
constexpr std::int64_t logit_block = 64;
constexpr float no_logit = -__builtin_inff();

float block_peak(const float* x, std::int64_t count) {
  float most = no_logit;
  std::int64_t i = 0;
  if (count >= logit_lanes) {
    LogitVector peaks = load(x);
    for (i = logit_lanes; i + logit_lanes <= count; i += logit_lanes)
      peaks = base::simd::maximum(peaks, load(x + i));
    most = base::simd::peak(peaks);
  }
  for (; i < count; ++i) most = x[i] > most ? x[i] : most;
  return most;
}

// A list of the largest so far, in falling order.
struct Largest {
  float* values;
  std::int64_t* places;  // or null
  std::int64_t most, size = 0;

  float least() const { return size < most ? no_logit : values[size - 1]; }

  void offer(float value, std::int64_t place) {
    if (!(value > least())) return;
    std::int64_t i = size < most ? size++ : size - 1;
    for (; i > 0 && values[i - 1] < value; --i) {
      values[i] = values[i - 1];
      if (places != nullptr) places[i] = places[i - 1];
    }
    values[i] = value;
    if (places != nullptr) places[i] = place;
  }
};

}  // namespace

template <base::Isa>
ExponentialSum sum_exponentials(const float* logits, std::int64_t count) {
  const float shift = block_peak(logits, count);
  LogitVector sums = {}, more = {};
  std::int64_t i = 0;
  for (; i + 2 * logit_lanes <= count; i += 2 * logit_lanes) {
    sums += base::simd::exponential(load(logits + i) - shift);
    more += base::simd::exponential(load(logits + i + logit_lanes) - shift);
  }
  float rest[logit_lanes];
  for (; i < count; i += logit_lanes) {
    const std::int64_t size = count - i < logit_lanes ? count - i : logit_lanes;
    for (std::int64_t j = 0; j < logit_lanes; ++j) rest[j] = j < size ? logits[i + j] : no_logit;
    const LogitVector y = base::simd::exponential(load(rest) - shift);
    const auto inside = base::simd::lane_numbers() < broadcast(static_cast<std::uint32_t>(size));
    sums += inside ? y : LogitVector{};
  }
  return {shift, base::simd::total(sums + more)};
}

template <base::Isa>
std::int64_t largest_logits(const float* logits, std::int64_t count, std::int64_t most,
                            float* values, std::int64_t* places, float* scratch) {
  // The most-th largest peak of a block: so many logits at least are as large.
  Largest peaks{values, nullptr, most};
  std::int64_t blocks = 0;
  for (std::int64_t first = 0; first < count; first += logit_block, ++blocks) {
    const std::int64_t size = count - first < logit_block ? count - first : logit_block;
    scratch[blocks] = block_peak(logits + first, size);
    peaks.offer(scratch[blocks], 0);
  }
  const float threshold = peaks.least();
  Largest found{values, places, most};
  for (std::int64_t block = 0; block < blocks; ++block) {
    if (scratch[block] < threshold) continue;
    const std::int64_t first = block * logit_block;
    const std::int64_t end = count - first < logit_block ? count : first + logit_block;
    for (std::int64_t i = first; i < end; ++i) found.offer(logits[i], i);
  }
  return found.size;
}

template <base::Isa>
void add_probabilities(const float* logits, std::int64_t count, float shift, float weight,
                       float* sums) {
  std::int64_t i = 0;
  for (; i + logit_lanes <= count; i += logit_lanes) {
    const LogitVector y = base::simd::exponential(load(logits + i) - shift);
    store(sums + i, load(sums + i) + y * weight);
  }
  for (; i < count; ++i)
    sums[i] += base::simd::exponential(broadcast(logits[i] - shift))[0] * weight;
}

constexpr auto logits_isa = base::Isa::ROFORMER_KERNEL_ISA;
template ExponentialSum sum_exponentials<logits_isa>(const float*, std::int64_t);
template std::int64_t largest_logits<logits_isa>(const float*, std::int64_t, std::int64_t, float*,
                                                 std::int64_t*, float*);
template void add_probabilities<logits_isa>(const float*, std::int64_t, float, float, float*);

}  // namespace roformer::generate
