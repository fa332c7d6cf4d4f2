// Where an answer begins and ends: RoFormerForQuestionAnswering, BertForQuestionAnswering.
#pragma once
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// `qa_outputs`.
class QuestionAnsweringImpl : public ModelWithHead {
 public:
  explicit QuestionAnsweringImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// From hidden states (N, hidden): logits (N, 2) of each token being the first and the last of the
  /// answer.
  torch::Tensor logits(const torch::Tensor& hidden);

  const Description& description() const override;
  /// Every column where the loss is wanted, which runs over all.
  Reading reading(bool with_labels) const override;
  /// start_logits and end_logits (B, T); `start_positions` and `end_positions` (B) or (B, 1).
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 private:
  model::Linear outputs_{nullptr};
};
TORCH_MODULE(QuestionAnswering);

/// The mean of both ends' cross entropies. start_logits, end_logits: (B, T), −∞ at padded places or
/// what the model says there; starts, ends: (B) int64, clamped to 0 .. T, where T does not count.
torch::Tensor answer_loss(const torch::Tensor& start_logits, const torch::Tensor& end_logits,
                          const torch::Tensor& starts, const torch::Tensor& ends);

/// What this head says about itself.
const Description& question_answering();

}  // namespace roformer::head
