#include "roformer/model/prepared_weight.h"

#include "roformer/model/onednn_product.h"

namespace roformer::model {

using torch::Tensor;

void PreparedWeight::prepare(const Tensor& weight) {
  clear();
  if (weight.is_inference()) return;  // has no version
  onednn_ = onednn_layout(weight);
  if (!onednn_.defined()) return;
  plain_ = weight.detach();
  version_ = weight._version();
}

bool PreparedWeight::serves(const Tensor& weight) const {
  return plain_.defined() && !weight.is_inference() && weight.is_alias_of(plain_) &&
         weight.storage_offset() == plain_.storage_offset() && weight.sizes() == plain_.sizes() &&
         weight.strides() == plain_.strides() && weight._version() == version_;
}

Tensor PreparedWeight::product(const Tensor& x, const Tensor& weight, const Tensor& bias,
                               std::optional<Activation> activation) const {
  if (!serves(weight) || !onednn_serves(x, weight)) return {};
  return onednn_product(x, onednn_, bias, activation);
}

}  // namespace roformer::model
