#include "roformer/model/loss.h"

#include <torch/torch.h>

namespace roformer::model {

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, ignored_label);
}

}  // namespace roformer::model
