// Whether a sentence follows another: BertForNextSentencePrediction.
#pragma once
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// `cls.seq_relationship` on the pooler. Class 0 is "follows".
class NextSentenceImpl : public ModelWithHead {
 public:
  explicit NextSentenceImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// From the hidden states of [CLS] (B, hidden): (B, 2).
  torch::Tensor logits(const torch::Tensor& first);

  const Description& description() const override;
  Reading reading(bool with_labels) const override;
  /// logits (B, 2); `labels` (B).
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 private:
  model::Linear relationship_{nullptr};
};
TORCH_MODULE(NextSentence);

/// What this head says about itself.
const Description& next_sentence();

}  // namespace roformer::head
