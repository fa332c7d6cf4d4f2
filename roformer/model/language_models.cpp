#include "roformer/model/language_models.h"

#include <torch/nn/module.h>

#include "roformer/model/named_group.h"

namespace roformer::model {

using torch::Tensor;

LanguageModel::LanguageModel(const std::shared_ptr<EncoderImpl>& trunk, const HeadConfig& head)
    : ModelWithHead(trunk, head),
      cls_(register_module("cls", std::make_shared<NamedGroup>())),
      predictions_(cls_->register_module(
          "predictions", LanguageModelHead(config(), encoder()->word_embeddings()))) {}

Tensor LanguageModel::logits(const Tensor& hidden) {
  return predictions_(hidden);
}

VocabularyLoss LanguageModel::loss(const Tensor& hidden, const Tensor& labels) {
  return predictions_->loss(hidden, labels);
}

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

Tensor PretrainingModelImpl::next_sentence_logits(const Tensor& first) {
  return relationship_(pool(first));
}

}  // namespace roformer::model
