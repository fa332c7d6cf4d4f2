// BERT's two tasks at once: which words the masked tokens are, and whether the second sentence
// follows the first (BertForPreTraining).
#pragma once
#include "roformer/head/language_model.h"

namespace roformer::head {

/// `cls.seq_relationship` on the pooler, class 0 for "follows".
class PretrainingModelImpl : public LanguageModel {
 public:
  explicit PretrainingModelImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// The hidden states of [CLS] (B, hidden) → logits (B, 2).
  torch::Tensor next_sentence_logits(const torch::Tensor& first);

  const Description& description() const override;
  Reading reading(bool with_labels) const override;
  /// prediction_logits (B, T, vocab_size), seq_relationship_logits (B, 2); `labels` (B, T) and
  /// `next_sentence_label` (B), of which the loss needs both.
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 private:
  model::Linear relationship_{nullptr};
};
TORCH_MODULE(PretrainingModel);

/// What this head says about itself.
const Description& pretraining();

}  // namespace roformer::head
