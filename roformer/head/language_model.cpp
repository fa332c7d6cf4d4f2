#include "roformer/head/language_model.h"

#include "roformer/head/loss.h"

namespace roformer::head {

using torch::Tensor;

LanguageModelImpl::LanguageModelImpl(const EncoderConfig& config, const HeadConfig& head,
                                     bool pooled)
    : ModelWithHead(config, head, pooled),
      predictions_(group("cls")->register_module(
          "predictions", LanguageModelHead(config, encoder()->word_embeddings()))) {}

const std::string& LanguageModelImpl::class_name() const {
  const Description& head = config().is_decoder ? causal_language_model() : masked_language_model();
  return head.of(config().model_type).name;
}

Tensor LanguageModelImpl::logits(const Tensor& hidden) {
  return predictions_(hidden);
}

model::VocabularyLoss LanguageModelImpl::loss(const Tensor& hidden, const Tensor& labels) {
  return predictions_->loss(hidden, labels);
}

Tensor LanguageModelImpl::forward(const packed::PackedBatch& batch, const Tensor& positions,
                                  const model::ForwardOptions& options) {
  model::ForwardOptions selected = options;
  selected.rows = positions;
  return logits(encoder()->forward(batch, selected));
}

Tensor LanguageModelImpl::labels_of(const PaddedCall& call) const {
  return call.token_labels(config().vocab_size);
}

format::TensorMap LanguageModelImpl::outputs(const Tensor& hidden, const PaddedCall& call) {
  const Tensor found = logits(hidden);
  format::TensorMap outputs{{"logits", call.unpack(found)}};
  if (call.has("labels")) outputs["loss"] = cross_entropy(found, labels_of(call));
  return outputs;
}

}  // namespace roformer::head
