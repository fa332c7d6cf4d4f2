// The class of a sequence, or a number for it: RoFormerForSequenceClassification,
// BertForSequenceClassification.
#pragma once
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// RoFormer has `classifier.dense` and `classifier.out_proj`, hidden_act between; BERT the pooler
/// and `classifier`.
class SequenceClassifierImpl : public ModelWithHead {
 public:
  explicit SequenceClassifierImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// Logits (B, num_labels) of each [CLS].
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});
  /// From the hidden states of [CLS] (B, hidden).
  torch::Tensor logits(const torch::Tensor& first, const ForwardOptions& options = {});

  const Description& description() const override;
  Reading reading(bool with_labels) const override;
  /// logits (B, num_labels); `labels` (B) of classes or (B, num_labels) of numbers.
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 private:
  model::Linear inner_{nullptr};  // RoFormer; BERT has the pooler instead
  model::Linear outer_{nullptr};
};
TORCH_MODULE(SequenceClassifier);

/// logits (B, num_labels). problem_type "regression": mean square error against numbers (B) or (B,
/// num_labels); "single_label_classification": cross entropy against classes (B);
/// "multi_label_classification": binary cross entropy against (B, num_labels). Empty: regression
/// for one label, classes for whole numbers, else several labels. Throws Error for another name.
torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                  const std::string& problem_type);

/// What this head says about itself.
const Description& sequence_classifier();

}  // namespace roformer::head
