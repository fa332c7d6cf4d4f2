// Heads that choose: a class of a sequence, of each token, one of several continuations, whether a
// sentence follows another, where an answer begins and ends.
#pragma once
#include "roformer/model/model_with_head.h"

namespace roformer::model {

/// RoFormerForSequenceClassification (`classifier.dense`, `classifier.out_proj`, hidden_act
/// between) or BertForSequenceClassification (`bert.pooler.dense`, `classifier`). Logits (B,
/// num_labels) of each [CLS].
class SequenceClassifierImpl : public ModelWithHead {
 public:
  explicit SequenceClassifierImpl(const EncoderConfig& config, const HeadConfig& head = {});
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});
  /// From the hidden states of [CLS] (B, hidden).
  torch::Tensor logits(const torch::Tensor& first, const ForwardOptions& options = {});

 private:
  Linear inner_{nullptr};  // RoFormer; BERT has the pooler instead
  Linear outer_{nullptr};
};
TORCH_MODULE(SequenceClassifier);

/// RoFormerForTokenClassification or BertForTokenClassification: dropout and `classifier`. Logits
/// (N, num_labels).
class TokenClassifierImpl : public ModelWithHead {
 public:
  explicit TokenClassifierImpl(const EncoderConfig& config, const HeadConfig& head = {});
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});
  /// From hidden states (N, hidden).
  torch::Tensor logits(const torch::Tensor& hidden, const ForwardOptions& options = {});

 private:
  Linear classifier_{nullptr};
};
TORCH_MODULE(TokenClassifier);

/// RoFormerForMultipleChoice or BertForMultipleChoice: one number for each continuation, each a
/// sequence of its own. BERT takes the pooled [CLS]; RoFormer head().summary, whose default is the
/// last place of the padded row: the [PAD] of a shorter one.
class MultipleChoiceImpl : public ModelWithHead {
 public:
  explicit MultipleChoiceImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// `summary` (B, hidden): [CLS] for BERT, else what head().summary.type says. Logits (B).
  torch::Tensor logits(const torch::Tensor& summary, const ForwardOptions& options = {});

 private:
  Linear projection_{nullptr};  // RoFormer, only if summary.use_projection
  Linear classifier_{nullptr};
};
TORCH_MODULE(MultipleChoice);

/// BertForNextSentencePrediction: `cls.seq_relationship` on the pooler. Logits (B, 2), class 0 for
/// "follows".
class NextSentenceImpl : public ModelWithHead {
 public:
  explicit NextSentenceImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// From the hidden states of [CLS] (B, hidden).
  torch::Tensor logits(const torch::Tensor& first);

 private:
  Linear relationship_{nullptr};
};
TORCH_MODULE(NextSentence);

/// RoFormerForQuestionAnswering or BertForQuestionAnswering: `qa_outputs`. Logits (N, 2) of each
/// token being the first and the last of the answer.
class QuestionAnsweringImpl : public ModelWithHead {
 public:
  explicit QuestionAnsweringImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// From hidden states (N, hidden).
  torch::Tensor logits(const torch::Tensor& hidden);

 private:
  Linear outputs_{nullptr};
};
TORCH_MODULE(QuestionAnswering);

}  // namespace roformer::model
