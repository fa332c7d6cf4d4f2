#include "roformer/generate/sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/non_finite.h"
#include "roformer/base/random.h"

namespace roformer::generate {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// Tokens may be excluded, all of them not.
void require_drawable(std::span<const float> logits, std::int64_t line) {
  float largest = kNever;
  for (const float logit : logits) {
    if (!(logit <= largest)) largest = logit;
    if (std::isnan(logit)) break;
  }
  if (!std::isfinite(largest))
    base::fail("[generate] {}expected finite logits but got {}: the model's weights are damaged",
               line > 0 ? fmt::format("line {}: ", line) : "", base::non_finite_word(largest));
}

}  // namespace

void validate(const SamplingOptions& options) {
  base::require(std::isfinite(options.temperature) && options.temperature >= 0,
                "[generate] expected a temperature of 0 or more but got {}", options.temperature);
  base::require(options.top_k >= 0, "[generate] expected top_k of 0 (all) or more but got {}",
                options.top_k);
  base::require(options.top_p > 0 && options.top_p <= 1,
                "[generate] expected top_p above 0 and up to 1 but got {}", options.top_p);
  base::require(std::isfinite(options.repetition_penalty) && options.repetition_penalty > 0,
                "[generate] expected a repetition_penalty above 0 but got {}",
                options.repetition_penalty);
}

void penalise_repetition(std::span<float> logits, std::span<const std::int64_t> ids,
                         double penalty) {
  if (penalty == 1) return;
  std::vector<bool> done(logits.size(), false);
  const auto factor = static_cast<float>(penalty);
  for (const std::int64_t id : ids) {
    const auto place = static_cast<std::size_t>(id);
    if (done.at(place)) continue;
    done[place] = true;
    logits[place] = logits[place] < 0 ? logits[place] * factor : logits[place] / factor;
  }
}

void keep_top_k(std::span<float> logits, std::int64_t k) {
  if (k <= 0 || k >= std::ssize(logits)) return;
  std::vector<float> sorted(logits.begin(), logits.end());
  std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<float>());
  const float least = sorted[static_cast<std::size_t>(k - 1)];
  for (float& logit : logits) {
    if (logit < least) logit = kNever;
  }
}

void keep_top_p(std::span<float> logits, double p) {
  if (p >= 1) return;
  const float most = *std::max_element(logits.begin(), logits.end());
  std::vector<std::size_t> order;
  double total = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] == kNever) continue;
    order.push_back(i);
    total += std::exp(static_cast<double>(logits[i] - most));
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return logits[a] < logits[b]; });
  double sum = 0;
  const std::vector<float> before(logits.begin(), logits.end());
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    sum += std::exp(static_cast<double>(before[order[i]] - most)) / total;
    if (sum > 1 - p) break;
    logits[order[i]] = kNever;
  }
}

void process_logits(std::span<float> logits, std::span<const std::int64_t> ids,
                    const SamplingOptions& options) {
  penalise_repetition(logits, ids, options.repetition_penalty);
  if (options.temperature == 0) return;
  // If a temperature is so small that quotients would leave float32, they count from the largest.
  constexpr double large = 1e30, least = -std::numeric_limits<float>::max();
  const double most = *std::max_element(logits.begin(), logits.end());
  const double shift = std::abs(most) / options.temperature > large ? most : 0;
  for (float& logit : logits) {
    if (logit == kNever) continue;
    const double quotient = (static_cast<double>(logit) - shift) / options.temperature;
    logit = static_cast<float>(std::max(quotient, least));
  }
  keep_top_k(logits, options.top_k);
  keep_top_p(logits, options.top_p);
}

std::int64_t likeliest(std::span<const float> logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

std::int64_t draw(std::span<const float> logits, double uniform) {
  const float most = *std::max_element(logits.begin(), logits.end());
  const auto weight = [&](float logit) {
    return logit == kNever ? 0.0 : std::exp(static_cast<double>(logit - most));
  };
  const double total =
      std::accumulate(logits.begin(), logits.end(), 0.0,
                      [&](double sum, float logit) { return sum + weight(logit); });
  double left = uniform * total;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double share = weight(logits[i]);
    if (share == 0) continue;
    last = static_cast<std::int64_t>(i);
    left -= share;
    if (left < 0) return last;
  }
  return last;  // rounding took the end away
}

double uniform_number(std::uint64_t seed, std::uint64_t counter) {
  return static_cast<double>(base::derive(seed, counter) >> 11) * 0x1p-53;
}

std::int64_t next_token(std::span<float> logits, std::span<const std::int64_t> ids,
                        const SamplingOptions& options, std::uint64_t seed, std::uint64_t counter,
                        std::int64_t line) {
  require_drawable(logits, line);
  process_logits(logits, ids, options);
  if (options.temperature == 0) return likeliest(logits);
  return draw(logits, uniform_number(seed, counter));
}

}  // namespace roformer::generate
