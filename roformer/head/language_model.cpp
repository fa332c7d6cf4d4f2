#include "roformer/head/language_model.h"

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/few_tokens.h"
#include "roformer/model/initialize.h"
#include "roformer/product/activation.h"

namespace roformer::head {

using torch::Tensor;

LanguageModelImpl::LanguageModelImpl(const EncoderConfig& config, const HeadConfig& head,
                                     bool pooled)
    : ModelWithHead(config, head, pooled) {
  const auto predictions =
      group("cls")->register_module("predictions", std::make_shared<model::NamedGroup>());
  Tensor decoder = encoder()->word_embeddings(), bias;
  if (config.norm_type == "layer_norm") {
    bias = predictions->add_parameter("bias", format::new_weight({config.vocab_size}));
    auto transform = predictions->add("transform", std::make_shared<model::NamedGroup>());
    dense_ = transform->add("dense", model::Linear(config.hidden_size, config.embedding_size));
    norm_ = transform->add("LayerNorm", model::Norm(config.embedding_size, config));
  } else {
    base::require(config.embedding_size == config.hidden_size,
                  "[head] expected embedding_size = hidden_size for RoFormerV2's head, which has "
                  "no product between them, but got {} and {}",
                  config.embedding_size, config.hidden_size);
  }
  if (!config.tie_word_embeddings) {
    decoder = predictions->add("decoder", std::make_shared<model::NamedGroup>())
                  ->add_parameter("weight",
                                  format::new_weight({config.vocab_size, config.embedding_size}));
  }
  output_ = predictions->add("output", model::Linear(decoder, bias));
  model::initialize(*predictions, "cls.predictions", config, encoder()->weights_seed());
}

std::string LanguageModelImpl::class_name() const {
  const Description head = config().is_decoder ? causal_language_model() : masked_language_model();
  return head.classes.at(config().model_type).name;
}

Tensor LanguageModelImpl::transformed(const Tensor& hidden) {
  if (dense_.is_empty()) return hidden;
  return norm_(dense_->activated(hidden, model::parse_activation(config().hidden_act)));
}

Tensor LanguageModelImpl::logits(const Tensor& hidden) {
  return output_(transformed(hidden));
}

Tensor LanguageModelImpl::logits(const Tensor& hidden, model::FewTokens& few) {
  Tensor x = hidden;
  if (!dense_.is_empty()) {
    const Tensor dense = dense_->forward_few(hidden, few.helpers());
    if (!dense.defined()) return logits(hidden);
    x = norm_(product::activate(dense, model::parse_activation(config().hidden_act)));
  }
  const Tensor found = output_->forward_few(x, few.helpers());
  return found.defined() ? found : output_(x);
}

model::VocabularyLoss LanguageModelImpl::loss(const Tensor& hidden, const Tensor& labels) {
  return model::vocabulary_loss(transformed(hidden), output_->wide_weight(), output_->bias, labels,
                                0, model::kMostLogits, output_->training_type());
}

Tensor LanguageModelImpl::token_losses(const Tensor& hidden, const Tensor& labels) {
  const torch::NoGradGuard no_gradient;
  constexpr std::int64_t rows_at_once = 512;  // of 50,000 words 100 MB
  std::vector<Tensor> losses = {torch::empty({0}, hidden.options())};
  for (std::int64_t begin = 0; begin < hidden.size(0); begin += rows_at_once) {
    const Tensor scores = logits(hidden.slice(0, begin, begin + rows_at_once));
    const Tensor asked = labels.slice(0, begin, begin + rows_at_once).unsqueeze(1);
    losses.push_back(scores.logsumexp(1) - scores.gather(1, asked).squeeze(1));
  }
  return torch::cat(losses);
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
