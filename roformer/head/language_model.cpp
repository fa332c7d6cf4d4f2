#include "roformer/head/language_model.h"

#include <torch/torch.h>

#include "roformer/model/loss.h"
#include "roformer/model/named_group.h"

namespace roformer::head {

using torch::Tensor;

LanguageModel::LanguageModel(const std::shared_ptr<model::EncoderImpl>& trunk,
                             const HeadConfig& head)
    : ModelWithHead(trunk, head),
      cls_(register_module("cls", std::make_shared<model::NamedGroup>())),
      predictions_(cls_->register_module(
          "predictions", LanguageModelHead(config(), encoder()->word_embeddings()))) {}

Tensor LanguageModel::logits(const Tensor& hidden) {
  return predictions_(hidden);
}

model::VocabularyLoss LanguageModel::loss(const Tensor& hidden, const Tensor& labels) {
  return predictions_->loss(hidden, labels);
}

Tensor LanguageModel::forward(const packed::PackedBatch& batch, const Tensor& positions,
                              const ForwardOptions& options) {
  ForwardOptions selected = options;
  selected.rows = positions;
  return logits(encoder()->forward(batch, selected));
}

format::TensorMap LanguageModel::language_outputs(const Tensor& hidden, const PaddedCall& call,
                                                  const Tensor& labels, const char* name) {
  const Tensor all = logits(hidden);
  format::TensorMap outputs{{name, call.unpack(all)}};
  if (labels.defined()) outputs["loss"] = model::cross_entropy(all, labels);
  return outputs;
}

std::vector<std::string> prediction_weights(const Holdings& holdings) {
  if (holdings.config.norm_type != "layer_norm") return {"cls.predictions.decoder.weight"};
  return {"cls.predictions.transform.dense.weight", "cls.predictions.transform.LayerNorm.weight"};
}

std::string prediction_in_words(const Holdings& holdings) {
  return holdings.config.is_decoder ? "causal language model" : "masked language model";
}

}  // namespace roformer::head
