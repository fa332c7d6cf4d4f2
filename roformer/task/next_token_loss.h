// The summed cross entropy of all tokens of a batch, whatever the vocabulary: logits that would not
// fit in memory are made piece by piece, and once more in the backward pass.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/head/language_model.h"

namespace roformer::task {

struct TokenLoss {
  torch::Tensor loss;  // scalar, Σ over the tokens
  std::int64_t correct = 0;
};

/// hidden (N, hidden_size), labels (N) int64. At most `most_logits` numbers of logits are alive at
/// once; the default is 256 MB of float32.
TokenLoss next_token_loss(head::LanguageModel& model, const torch::Tensor& hidden,
                          const torch::Tensor& labels, std::int64_t most_logits = 1 << 26);

}  // namespace roformer::task
