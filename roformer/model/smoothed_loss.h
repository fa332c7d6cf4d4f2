// Output layer and label-smoothed cross entropy as one operator: logits are made a few rows at a
// time, become their own gradient where they lie, and are gone before the next come. Nothing of
// size (N, V) is ever alive, and no product is made twice.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::model {

/// Sums over the N tokens.
struct SmoothedLoss {
  torch::Tensor loss;                  // scalar with a gradient: what is minimised
  double negative_log_likelihood = 0;  // nats, without smoothing
  std::int64_t correct = 0;
};

/// hidden (N, d), weight (V, d), bias (V) without a gradient or undefined, labels (N) int64;
/// `smoothing` is fairseq's ε (smoothed_loss_kernel.h). Gradients go to hidden and weight. At most
/// `most_logits` logits are alive at once; the default is 128 MB, about 1,000 rows of 32,000 words:
/// each piece lays the weights out anew for its product and adds to their gradient, so pieces must
/// not be small. Throws Error for labels out of range.
SmoothedLoss smoothed_loss(const torch::Tensor& hidden, const torch::Tensor& weight,
                           const torch::Tensor& bias, const torch::Tensor& labels, double smoothing,
                           std::int64_t most_logits = 1 << 25);

/// The same in LibTorch's operators, all logits at once: what the operator must equal.
SmoothedLoss smoothed_loss_composed(const torch::Tensor& hidden, const torch::Tensor& weight,
                                    const torch::Tensor& bias, const torch::Tensor& labels,
                                    double smoothing);

}  // namespace roformer::model
