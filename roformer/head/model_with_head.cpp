#include "roformer/head/model_with_head.h"

#include <torch/torch.h>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/model/initialize.h"

namespace roformer::head {
namespace {

// Seeds of the heads' dropouts, apart from the encoder's 0 .. L.
constexpr std::uint64_t first_head_stream = 1'000'000;

}  // namespace

std::shared_ptr<model::EncoderImpl> make_trunk(const EncoderConfig& config) {
  return std::make_shared<model::EncoderImpl>(config);
}

std::shared_ptr<model::EncoderImpl> make_pooled_trunk(const EncoderConfig& config,
                                                      const HeadConfig& head) {
  return std::make_shared<model::PooledEncoderImpl>(config, head);
}

ModelWithHead::ModelWithHead(const std::shared_ptr<model::EncoderImpl>& trunk,
                             const HeadConfig& head)
    : encoder_(register_module(trunk->config().model_type, trunk)),
      head_config_(head),
      pooled_(std::dynamic_pointer_cast<model::PooledEncoderImpl>(trunk)) {}

torch::Tensor ModelWithHead::pool(const torch::Tensor& first) const {
  base::require(has_pooler(), "[head] expected a model with a pooler but got one without");
  return pooled_->pool(first);
}

Reading ModelWithHead::reading(bool /*with_labels*/) const {
  return {};
}

torch::Tensor ModelWithHead::read(const packed::PackedBatch& batch, const ForwardOptions& options) {
  ForwardOptions selected = options;
  if (reading(false).columns == Columns::first) selected.rows = model::first_tokens(batch);
  return encoder_->forward(batch, selected);
}

torch::Tensor ModelWithHead::dropped(const torch::Tensor& x, double probability,
                                     const ForwardOptions& options, std::uint64_t site) const {
  if (!is_training()) return x;
  return model::dropout(
      x, {probability, base::derive(options.dropout_seed, first_head_stream + site)});
}

double ModelWithHead::head_dropout() const {
  return head_config_.classifier_dropout.value_or(config().hidden_dropout_prob);
}

model::Linear ModelWithHead::make_head(std::int64_t out) const {
  model::Linear head(config().hidden_size, out);
  model::initialize(*head, config());
  return head;
}

}  // namespace roformer::head
