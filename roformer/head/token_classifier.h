// The class of each token: RoFormerForTokenClassification, BertForTokenClassification.
#pragma once
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// Dropout and `classifier`.
class TokenClassifierImpl : public ModelWithHead {
 public:
  explicit TokenClassifierImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// Logits (N, num_labels).
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});
  /// From hidden states (N, hidden).
  torch::Tensor logits(const torch::Tensor& hidden, const ForwardOptions& options = {});

  const Description& description() const override;
  /// logits (B, T, num_labels); `labels` (B, T).
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 private:
  model::Linear classifier_{nullptr};
};
TORCH_MODULE(TokenClassifier);

/// What this head says about itself.
const Description& token_classifier();

}  // namespace roformer::head
