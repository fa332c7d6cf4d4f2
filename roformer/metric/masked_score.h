// Loss, accuracy and perplexity of masked-token predictions, gathered over batches.
#pragma once
#include <cstdint>

namespace roformer::metric {

class MaskedScore {
 public:
  /// Adds a batch: the sum of its losses (nats), how many predictions were right, and of how many.
  void add(double loss_sum, std::int64_t correct, std::int64_t count);
  void add(const MaskedScore& other);

  std::int64_t count() const { return count_; }
  // Means over all predictions; NaN where there are none.
  double loss() const;
  double accuracy() const;    // share of predictions, 0 … 1
  double perplexity() const;  // exp(loss)

 private:
  double loss_sum_ = 0;
  std::int64_t correct_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace roformer::metric
