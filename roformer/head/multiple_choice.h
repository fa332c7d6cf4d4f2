// Which of several continuations is the right one: RoFormerForMultipleChoice, BertForMultipleChoice.
#pragma once
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// One number for each continuation, each a sequence of its own. BERT takes the pooled [CLS];
/// RoFormer head_config().summary, whose default is the last place of the padded row: the [PAD] of a
/// shorter one.
class MultipleChoiceImpl : public ModelWithHead {
 public:
  explicit MultipleChoiceImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// `summary` (B, hidden): [CLS] for BERT, else what its type says. Logits (B).
  torch::Tensor logits(const torch::Tensor& summary, const ForwardOptions& options = {});

  const Description& description() const override;
  Reading reading(bool with_labels) const override;
  /// logits (questions, choices); `labels` (questions).
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 private:
  torch::Tensor summary_of(const torch::Tensor& hidden, const PaddedCall& call) const;

  model::Linear projection_{nullptr};  // RoFormer, only if summary.use_projection
  model::Linear classifier_{nullptr};
};
TORCH_MODULE(MultipleChoice);

/// What this head says about itself.
const Description& multiple_choice();

}  // namespace roformer::head
