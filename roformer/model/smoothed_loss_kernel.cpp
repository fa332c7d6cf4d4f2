// Three passes over a row, which the second cache holds: largest and sum, exponentials and theirs,
// gradient.
#include "roformer/model/smoothed_loss_kernel.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/simd.h"

namespace roformer::model {
namespace {

using base::simd::broadcast;
using base::simd::exponential;
using base::simd::largest;
using base::simd::load;
using base::simd::maximum;
using base::simd::store;
using base::simd::sum;
using base::simd::Vector;

using Row = Vector<float>;
constexpr std::int64_t row_lanes = base::simd::width<float>;

struct RowFacts {
  float most;
  double sum;
};

RowFacts facts_of(const float* row, std::int64_t words) {
  Row most = broadcast(row[0]), total{};
  std::int64_t j = 0;
  for (; j + row_lanes <= words; j += row_lanes) {
    const Row x = load(row + j);
    most = maximum(most, x);
    total += x;
  }
  RowFacts facts{largest(most), sum(total)};
  for (; j < words; ++j) {
    facts.most = row[j] > facts.most ? row[j] : facts.most;
    facts.sum += static_cast<double>(row[j]);
  }
  return facts;
}

// Σ e^(x_j − most); where `keep`, the terms take the place of the row.
template <bool keep>
double exponential_sum(float* row, std::int64_t words, float most) {
  Row total{};
  std::int64_t j = 0;
  for (; j + row_lanes <= words; j += row_lanes) {
    const Row power = exponential(load(row + j) - most);
    if constexpr (keep) store(row + j, power);
    total += power;
  }
  double result = static_cast<double>(sum(total));
  for (; j < words; ++j) {
    const float power = std::exp(row[j] - most);
    if constexpr (keep) row[j] = power;
    result += static_cast<double>(power);
  }
  return result;
}

// ∂loss/∂x_j = p_j − ε / (V − 1) − (1 − ε − ε / (V − 1)) [j = y]
void make_gradient(float* row, std::int64_t words, float scale, float each) {
  std::int64_t j = 0;
  for (; j + row_lanes <= words; j += row_lanes) store(row + j, load(row + j) * scale - each);
  for (; j < words; ++j) row[j] = row[j] * scale - each;
}

}  // namespace

template <base::Isa>
SmoothedLossSums smoothed_loss_rows(const SmoothedLossTask& task, float* logits,
                                    const std::int64_t* labels, bool with_gradient,
                                    std::int64_t begin, std::int64_t end) {
  const std::int64_t words = task.words;
  const double smoothing = words > 1 ? task.smoothing : 0;  // one word has no others
  const double each = smoothing / static_cast<double>(std::max<std::int64_t>(1, words - 1));
  const double own = 1 - smoothing - each;
  SmoothedLossSums sums;
  for (std::int64_t i = begin; i < end; ++i) {
    float* const row = logits + i * words;
    const RowFacts facts = facts_of(row, words);
    const float of_label = row[labels[i]];
    const double powers = with_gradient ? exponential_sum<true>(row, words, facts.most)
                                        : exponential_sum<false>(row, words, facts.most);
    const double log_sum = static_cast<double>(facts.most) + std::log(powers);
    const double likelihood = log_sum - static_cast<double>(of_label);
    sums.negative_log_likelihood += likelihood;
    sums.loss += own * likelihood + each * (static_cast<double>(words) * log_sum - facts.sum);
    sums.correct += of_label >= facts.most;
    if (!with_gradient) continue;
    make_gradient(row, words, static_cast<float>(1 / powers), static_cast<float>(each));
    row[labels[i]] -= static_cast<float>(own);
  }
  return sums;
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template SmoothedLossSums smoothed_loss_rows<isa>(const SmoothedLossTask&, float*,
                                                  const std::int64_t*, bool, std::int64_t,
                                                  std::int64_t);

}  // namespace roformer::model
