// Heads that choose: a class of a sequence, of each token, one of several continuations, whether a
// sentence follows another, where an answer begins and ends. Behind them the losses of heads, as
// transformers defines them: means over what counts.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>

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
  torch::Tensor logits(const torch::Tensor& first) { return relationship_(pool(first)); }

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
  torch::Tensor logits(const torch::Tensor& hidden) { return outputs_(hidden); }

 private:
  Linear outputs_{nullptr};
};
TORCH_MODULE(QuestionAnswering);

/// A label that does not count.
constexpr std::int64_t ignored_label = -100;

/// Cross entropy of logits (M, classes) against labels (M) int64, ignored_label left out.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

/// logits (B, num_labels). problem_type "regression": mean square error against numbers (B) or (B,
/// num_labels); "single_label_classification": cross entropy against classes (B);
/// "multi_label_classification": binary cross entropy against (B, num_labels). Empty: regression
/// for one label, classes for whole numbers, else several labels. Throws Error for another name.
torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                  const std::string& problem_type);

/// The mean of both ends' cross entropies. start_logits, end_logits: (B, T), −∞ at padded places or
/// what the model says there; starts, ends: (B) int64, clamped to 0 .. T, where T does not count.
torch::Tensor answer_loss(const torch::Tensor& start_logits, const torch::Tensor& end_logits,
                          const torch::Tensor& starts, const torch::Tensor& ends);

}  // namespace roformer::model
