#include "roformer/model/model_with_head.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
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

double ModelWithHead::head_dropout() const {
  return head_.classifier_dropout.value_or(config().hidden_dropout_prob);
}

Linear ModelWithHead::make_head(std::int64_t out) const {
  Linear head(config().hidden_size, out);
  initialize(*head, config());
  return head;
}

}  // namespace roformer::model
