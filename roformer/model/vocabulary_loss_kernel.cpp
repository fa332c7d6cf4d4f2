// Three passes over a row, which the second cache holds: largest and sum, exponentials and theirs,
// gradient.
#include "roformer/model/vocabulary_loss_kernel.h"

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

// ∂loss/∂x_j = p_j − each − own [j = y], but for the label's own term.
template <bool with_bias>
void make_gradient(float* row, float* bias_gradient, std::int64_t words, float scale, float each) {
  std::int64_t j = 0;
  for (; j + row_lanes <= words; j += row_lanes) {
    const Row slope = load(row + j) * scale - each;
    store(row + j, slope);
    if constexpr (with_bias) store(bias_gradient + j, load(bias_gradient + j) + slope);
  }
  for (; j < words; ++j) {
    row[j] = row[j] * scale - each;
    if constexpr (with_bias) bias_gradient[j] += row[j];
  }
}

bool is_among(const float* row, std::int64_t words, float value) {
  std::int32_t equal = 0;
#pragma omp simd reduction(| : equal)
  for (std::int64_t j = 0; j < words; ++j) equal |= row[j] == value;
  return equal != 0;
}

}  // namespace

template <base::Isa>
VocabularyLossSums vocabulary_loss_rows(const VocabularyLossTask& task, float* logits,
                                        const std::int64_t* labels, LogitsGradient gradient,
                                        float* bias_gradient, std::int64_t begin,
                                        std::int64_t end) {
  const std::int64_t words = task.words;
  const double each = task.each, own = task.own;
  VocabularyLossSums sums;
  for (std::int64_t i = begin; i < end; ++i) {
    float* const row = logits + i * words;
    const std::int64_t label = labels[i];
    const RowFacts facts = facts_of(row, words);
    const float of_label = row[label];
    sums.correct += of_label >= facts.most && !is_among(row, label, of_label);
    const double powers = gradient == LogitsGradient::none
                              ? exponential_sum<false>(row, words, facts.most)
                              : exponential_sum<true>(row, words, facts.most);
    const double log_sum = static_cast<double>(facts.most) + std::log(powers);
    const double likelihood = log_sum - static_cast<double>(of_label);
    sums.negative_log_likelihood += likelihood;
    sums.loss += own * likelihood + each * (static_cast<double>(words) * log_sum - facts.sum);
    if (gradient == LogitsGradient::none) continue;
    const auto scale = static_cast<float>(1 / powers), share = static_cast<float>(each);
    if (gradient == LogitsGradient::and_bias) {
      make_gradient<true>(row, bias_gradient, words, scale, share);
      bias_gradient[label] -= static_cast<float>(own);
    } else {
      make_gradient<false>(row, nullptr, words, scale, share);
    }
    row[label] -= static_cast<float>(own);
  }
  return sums;
}

constexpr auto isa = base::Isa::ROFORMER_KERNEL_ISA;
template VocabularyLossSums vocabulary_loss_rows<isa>(const VocabularyLossTask&, float*,
                                                      const std::int64_t*, LogitsGradient, float*,
                                                      std::int64_t, std::int64_t);

}  // namespace roformer::model
