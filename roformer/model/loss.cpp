#include "roformer/model/loss.h"

#include <torch/types.h>

#include "roformer/base/error.h"

namespace roformer::model {
namespace {

using torch::Tensor;

std::string settled_problem(const Tensor& logits, const Tensor& labels, const std::string& given) {
  if (!given.empty()) return given;
  if (logits.size(-1) == 1) return "regression";
  return labels.is_floating_point() ? "multi_label_classification" : "single_label_classification";
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, ignored_label);
}

Tensor classification_loss(const Tensor& logits, const Tensor& labels,
                           const std::string& problem_type) {
  const std::string problem = settled_problem(logits, labels, problem_type);
  if (problem == "regression")
    return at::mse_loss(logits.view(labels.sizes()), labels.to(logits.scalar_type()));
  if (problem == "single_label_classification") return cross_entropy(logits, labels.flatten());
  base::require(problem == "multi_label_classification",
                "[model] expected problem_type regression, single_label_classification or "
                "multi_label_classification but got '{}'",
                problem);
  return at::binary_cross_entropy_with_logits(logits, labels.to(logits.scalar_type()));
}

Tensor answer_loss(const Tensor& start_logits, const Tensor& end_logits, const Tensor& starts,
                   const Tensor& ends) {
  const std::int64_t length = start_logits.size(1);
  const auto one_end = [&](const Tensor& logits, const Tensor& places) {
    return at::cross_entropy_loss(logits, places.clamp(0, length), {}, at::Reduction::Mean, length);
  };
  return (one_end(start_logits, starts) + one_end(end_logits, ends)) / 2;
}

}  // namespace roformer::model
