// Losses of the heads, as transformers defines them. All are means over what counts.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>

namespace roformer::model {

/// A label that does not count.
constexpr std::int64_t ignored_label = -100;

/// Cross entropy of logits (M, classes) against labels (M) int64, ignored_label left out.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

/// logits (B, num_labels). problem_type "regression": mean square error against numbers (B) or (B,
/// num_labels); "single_label_classification": cross entropy against classes (B);
/// "multi_label_classification": binary cross entropy against (B, num_labels). Empty: regression
/// for one label, classes for whole numbers, else several labels. Throws Error for another name.
torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                  const std::string& problem_type);

/// The mean of both ends' cross entropies. start_logits, end_logits: (B, T), −∞ at padded places or
/// what the model says there; starts, ends: (B) int64, clamped to 0 .. T, where T does not count.
torch::Tensor answer_loss(const torch::Tensor& start_logits, const torch::Tensor& end_logits,
                          const torch::Tensor& starts, const torch::Tensor& ends);

}  // namespace roformer::model
