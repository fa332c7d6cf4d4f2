// BERT's second task beside the masked words: whether the second segment follows the first (Devlin
// et al. 2019, section 3.1).
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/token_batch.h"
#include "roformer/head/pretraining.h"
#include "roformer/train/task.h"

namespace roformer::task {

/// The tokens of a batch that are asked for something: masked ones, and [CLS] of each pair.
struct AskedTokens {
  std::vector<std::int64_t> all;            // ascending
  std::vector<std::int64_t> masked, first;  // numbers within `all`
  std::vector<std::int64_t> labels;         // of each of `first`: 0 it follows, 1 it does not
};

AskedTokens asked_tokens(const data::MaskedBatch& batch);

/// What the model says of pairs.
struct PairAnswers {
  torch::Tensor loss;    // scalar: the mean cross entropy
  torch::Tensor logits;  // (P, 2), and the label as a third column: (P, 3)
};

/// Of the hidden states (P, hidden) of P pairs' [CLS], one or more, and their labels (P) int64.
PairAnswers answer_pairs(head::PretrainingImpl& model, const torch::Tensor& first,
                         const torch::Tensor& labels);

/// "next_sentence_loss" and "next_sentence_accuracy" of answers (P, 3) of all batches. NaN of none.
train::Metrics pair_figures(const std::vector<torch::Tensor>& answers);

}  // namespace roformer::task
