// Output layer and cross entropy over a vocabulary as one operator: logits are made a few rows at a
// time, become their own gradient where they lie, and are gone before the next come. Nothing of
// size (N, V) is ever alive, and no product is made twice.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/product/compute_type.h"

namespace roformer::model {

/// Sums over the N tokens.
struct VocabularyLoss {
  torch::Tensor loss;                  // scalar with a gradient: what is minimised
  double negative_log_likelihood = 0;  // nats, without smoothing
  std::int64_t correct = 0;            // tokens whose first largest logit is the label's
};

constexpr std::int64_t kMostLogits = 1 << 25;  // alive at once: 128 MB

/// hidden (N, d), weight (V, d), bias (V) or undefined, labels (N) int64; `smoothing` is fairseq's
/// ε (vocabulary_loss_kernel.h). Gradients go to those of hidden, weight and bias that require one.
/// At most `most_logits` logits are alive at once; the default is 128 MB, about 1,000 rows of
/// 32,000 words: each piece lays the weights out anew for its product and adds to their gradient,
/// so pieces must not be small. float32 on the CPU takes one pass over a row, all else LibTorch's
/// operators, in the same pieces. `type` is that of the products with a gradient. Throws Error for labels out of range.
VocabularyLoss vocabulary_loss(const torch::Tensor& hidden, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& labels,
                               double smoothing = 0, std::int64_t most_logits = kMostLogits,
                               product::ComputeType type = product::ComputeType::float32);

/// The same in LibTorch's operators, all logits at once: what the operator must equal.
VocabularyLoss vocabulary_loss_composed(const torch::Tensor& hidden, const torch::Tensor& weight,
                                        const torch::Tensor& bias, const torch::Tensor& labels,
                                        double smoothing = 0);

}  // namespace roformer::model
