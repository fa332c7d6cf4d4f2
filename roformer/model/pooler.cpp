#include "roformer/model/pooler.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/model/initialize.h"
#include "roformer/product/activation.h"

namespace roformer::model {

torch::Tensor pooled_activation(const torch::Tensor& x, const std::string& name) {
  if (name.empty() || name == "linear") return x;
  if (name == "tanh") return torch::tanh(x);
  return product::activate(x, parse_activation(name));
}

torch::Tensor first_tokens(const packed::PackedBatch& batch) {
  const torch::Tensor lengths = batch.cu_seqlens.diff();
  base::require(lengths.numel() == 0 || lengths.min().item<std::int64_t>() > 0,
                "[model] expected at least one token in every sequence but got an empty one");
  return batch.cu_seqlens.narrow(0, 0, batch.num_sequences())
      .to(torch::kInt64)
      .to(batch.tokens.device());
}

PooledEncoderImpl::PooledEncoderImpl(const EncoderConfig& config, const HeadConfig& head)
    : EncoderImpl(config), activation_(head.pooler_activation) {
  dense_ = register_module("pooler", std::make_shared<NamedGroup>())
               ->add("dense", Linear(config.hidden_size, config.hidden_size));
  initialize(*dense_, "pooler.dense", config, weights_seed());
}

torch::Tensor PooledEncoderImpl::pool(const torch::Tensor& first) {
  return pooled_activation(dense_(first), activation_);
}

}  // namespace roformer::model
