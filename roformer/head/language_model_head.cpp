#include "roformer/head/language_model_head.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/activation_name.h"
#include "roformer/model/initialize.h"
#include "roformer/model/named_group.h"

namespace roformer::head {

using torch::Tensor;

LanguageModelHeadImpl::LanguageModelHeadImpl(const model::EncoderConfig& config,
                                             const Tensor& word_embeddings)
    : config_(config) {
  Tensor decoder = word_embeddings, bias;
  if (config.norm_type == "layer_norm") {
    bias = register_parameter("bias", format::new_weight({config.vocab_size}));
    auto transform = register_module("transform", std::make_shared<model::NamedGroup>());
    dense_ = transform->add("dense", model::Linear(config.hidden_size, config.embedding_size));
    norm_ = transform->add("LayerNorm", model::Norm(config.embedding_size, config));
  } else {
    base::require(config.embedding_size == config.hidden_size,
                  "[head] expected embedding_size = hidden_size for RoFormerV2's head, which has "
                  "no product between them, but got {} and {}",
                  config.embedding_size, config.hidden_size);
  }
  if (!config.tie_word_embeddings) {
    decoder = register_module("decoder", std::make_shared<model::NamedGroup>())
                  ->add_parameter("weight",
                                  format::new_weight({config.vocab_size, config.embedding_size}));
  }
  output_ = register_module("output", model::Linear(decoder, bias));
  model::initialize(*this, config);
}

Tensor LanguageModelHeadImpl::transformed(const Tensor& hidden) {
  if (dense_.is_empty()) return hidden;
  return norm_(dense_->activated(hidden, model::parse_activation(config_.hidden_act)));
}

Tensor LanguageModelHeadImpl::forward(const Tensor& hidden) {
  return output_(transformed(hidden));
}

model::VocabularyLoss LanguageModelHeadImpl::loss(const Tensor& hidden, const Tensor& labels) {
  return model::vocabulary_loss(transformed(hidden), output_->weight, output_->bias, labels);
}

}  // namespace roformer::head
