// Loss, accuracy and perplexity of predicted tokens, gathered over batches.
#pragma once
#include <cstdint>

namespace roformer::metric {

/// Sums over predictions.
struct TokenScore {
  double loss_sum = 0;        // nats
  double likelihood_sum = 0;  // negative log likelihoods: the loss without smoothing
  std::int64_t correct = 0;
  std::int64_t count = 0;

  void add(const TokenScore& other);

  // Means over all predictions; NaN where there are none.
  double loss() const;
  double negative_log_likelihood() const;
  double accuracy() const;    // share of predictions, 0 … 1
  double perplexity() const;  // exp(negative_log_likelihood)
};

}  // namespace roformer::metric
