// BERT's two tasks at once: which words the masked tokens are, and whether the second sentence
// follows the first.
#pragma once
#include "roformer/head/language_model.h"

namespace roformer::head {

/// A language model with `pooler` and `cls.seq_relationship`, names as in BertForPreTraining.
/// transformers has no such class of RoFormer: there it is a RoFormerForMaskedLM with weights that
/// transformers leaves aside.
class PretrainingImpl : public LanguageModelImpl {
 public:
  explicit PretrainingImpl(const EncoderConfig& config, const HeadConfig& head = {});

  std::string class_name() const override;
  /// Logits (B, 2) of the hidden states (B, hidden) of [CLS]: class 0 where the second follows.
  torch::Tensor next_sentence(const torch::Tensor& first);
  /// prediction_logits (B, T, vocab_size), seq_relationship_logits (B, 2); `labels` (B, T) and
  /// `next_sentence_label` (B), of which the loss needs both.
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 private:
  model::Linear relationship_;
};
TORCH_MODULE(Pretraining);

/// The head that it is.
Description pretraining();

}  // namespace roformer::head
