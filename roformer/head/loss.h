// What losses of several heads share.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::head {

/// A label that does not count.
constexpr std::int64_t ignored_label = -100;

/// The mean cross entropy of logits (M, classes) against labels (M) int64, ignored_label left out.
inline torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, ignored_label);
}

}  // namespace roformer::head
