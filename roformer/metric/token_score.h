// Loss, accuracy and perplexity of predicted tokens, gathered over batches.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

namespace roformer::metric {

/// Sums over predictions.
struct TokenScore {
  double loss_sum = 0;        // nats
  double likelihood_sum = 0;  // negative log likelihoods: the loss without smoothing
  std::int64_t correct = 0;
  std::int64_t count = 0;

  /// Adds the sums of others.
  void add(const TokenScore& other) {
    loss_sum += other.loss_sum;
    likelihood_sum += other.likelihood_sum;
    correct += other.correct;
    count += other.count;
  }

  // Means over all predictions; NaN where there are none.
  double loss() const { return mean_of(loss_sum); }
  double negative_log_likelihood() const { return mean_of(likelihood_sum); }
  double accuracy() const { return mean_of(static_cast<double>(correct)); }  // 0 … 1
  double perplexity() const { return std::exp(negative_log_likelihood()); }

 private:
  double mean_of(double sum) const {
    return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace roformer::metric
