// What losses of several heads share.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::model {

/// A label that does not count.
constexpr std::int64_t ignored_label = -100;

/// The mean cross entropy of logits (M, classes) against labels (M) int64, ignored_label left out.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

}  // namespace roformer::model
