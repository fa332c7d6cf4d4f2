#include "roformer/model/language_models.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/config.h"
#include "roformer/model/initialize.h"

namespace roformer::model {

using torch::Tensor;

LanguageModel::LanguageModel(const std::shared_ptr<EncoderImpl>& trunk, const HeadConfig& head)
    : ModelWithHead(trunk, head),
      cls_(register_module("cls", std::make_shared<NamedGroup>())),
      predictions_(cls_->register_module(
          "predictions", LanguageModelHead(config(), encoder()->word_embeddings()))) {}

Tensor LanguageModel::forward(const packed::PackedBatch& batch, const Tensor& positions,
                              const ForwardOptions& options) {
  ForwardOptions selected = options;
  selected.rows = positions;
  return logits(encoder()->forward(batch, selected));
}

PretrainingModelImpl::PretrainingModelImpl(const EncoderConfig& config, const HeadConfig& head)
    : LanguageModel(make_pooled_trunk(config, head), head), relationship_(make_head(2)) {
  cls_->register_module("seq_relationship", relationship_);
}

using torch::Tensor;

LanguageModelHeadImpl::LanguageModelHeadImpl(const EncoderConfig& config,
                                             const Tensor& word_embeddings)
    : config_(config) {
  Tensor decoder = word_embeddings, bias;
  if (config.norm_type == "layer_norm") {
    bias = register_parameter("bias", format::new_weight({config.vocab_size}));
    auto transform = register_module("transform", std::make_shared<NamedGroup>());
    dense_ = transform->add("dense", Linear(config.hidden_size, config.embedding_size));
    norm_ = transform->add("LayerNorm", Norm(config.embedding_size, config));
  } else {
    base::require(config.embedding_size == config.hidden_size,
                  "[model] expected embedding_size = hidden_size for RoFormerV2's head, which has "
                  "no product between them, but got {} and {}",
                  config.embedding_size, config.hidden_size);
  }
  if (!config.tie_word_embeddings) {
    decoder = register_module("decoder", std::make_shared<NamedGroup>())
                  ->add_parameter("weight",
                                  format::new_weight({config.vocab_size, config.embedding_size}));
  }
  output_ = register_module("output", Linear(decoder, bias));
  initialize(*this, config);
}

Tensor LanguageModelHeadImpl::transformed(const Tensor& hidden) {
  if (dense_.is_empty()) return hidden;
  return norm_(dense_->activated(hidden, parse_activation(config_.hidden_act)));
}

VocabularyLoss LanguageModelHeadImpl::loss(const Tensor& hidden, const Tensor& labels) {
  return vocabulary_loss(transformed(hidden), output_->weight, output_->bias, labels);
}

}  // namespace roformer::model
