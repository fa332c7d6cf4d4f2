#include "roformer/model/model_with_head.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/model/activation.h"
#include "roformer/model/initialize.h"

namespace roformer::model {
namespace {

// Seeds of the heads' dropouts, apart from the encoder's 0 .. L.
constexpr std::uint64_t first_head_stream = 1'000'000;

}  // namespace

std::shared_ptr<EncoderImpl> make_trunk(const EncoderConfig& config) {
  return std::make_shared<EncoderImpl>(config);
}

std::shared_ptr<EncoderImpl> make_pooled_trunk(const EncoderConfig& config,
                                               const HeadConfig& head) {
  return std::make_shared<PooledEncoderImpl>(config, head);
}

ModelWithHead::ModelWithHead(const std::shared_ptr<EncoderImpl>& trunk, const HeadConfig& head)
    : encoder_(register_module(trunk->config().model_type, trunk)),
      head_(head),
      pooled_(std::dynamic_pointer_cast<PooledEncoderImpl>(trunk)) {}

torch::Tensor ModelWithHead::pool(const torch::Tensor& first) const {
  base::require(has_pooler(), "[model] expected a model with a pooler but got one without");
  return pooled_->pool(first);
}

torch::Tensor ModelWithHead::dropped(const torch::Tensor& x, double probability,
                                     const ForwardOptions& options, std::uint64_t site) const {
  if (!is_training()) return x;
  return dropout(x, {probability, base::derive(options.dropout_seed, first_head_stream + site)});
}

Linear ModelWithHead::make_head(std::int64_t out) const {
  Linear head(config().hidden_size, out);
  initialize(*head, config());
  return head;
}

torch::Tensor pooled_activation(const torch::Tensor& x, const std::string& name) {
  if (name.empty() || name == "linear") return x;
  if (name == "tanh") return torch::tanh(x);
  return activate(x, parse_activation(name));
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
  initialize(*dense_, config);
}

}  // namespace roformer::model
