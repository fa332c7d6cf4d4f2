// Heads on the encoder: masked language model, sequence classification, token classification.
#pragma once
#include <string>

#include "roformer/model/encoder.h"

namespace roformer::model {

/// Submodule `roformer` or `bert` (the encoder) and `cls.predictions.*`, as in RoFormerForMaskedLM
/// and BertForMaskedLM. The decoder's weight is the word embeddings when
/// config.tie_word_embeddings; then it is no parameter of its own.
class MaskedLanguageModelImpl : public torch::nn::Module {
 public:
  explicit MaskedLanguageModelImpl(const EncoderConfig& config);

  Encoder encoder() const { return encoder_; }
  /// Logits (M, vocab_size) for the hidden states of M tokens.
  torch::Tensor logits(const torch::Tensor& hidden);
  /// Logits (M, vocab_size) of the tokens at `positions` (M) int64 only; an undefined tensor asks
  /// for all tokens.
  torch::Tensor forward(const packed::PackedBatch& batch, const torch::Tensor& positions,
                        const ForwardOptions& options = {});

 private:
  struct Head;
  Encoder encoder_{nullptr};
  std::shared_ptr<Head> head_;
};
TORCH_MODULE(MaskedLanguageModel);

/// RoFormerForSequenceClassification (`classifier.dense`, `classifier.out_proj`, hidden_act
/// between) or BertForSequenceClassification (`bert.pooler.dense`, tanh, `classifier`). Logits (B,
/// num_labels) of each [CLS].
class SequenceClassifierImpl : public torch::nn::Module {
 public:
  explicit SequenceClassifierImpl(const EncoderConfig& config);
  Encoder encoder() const { return encoder_; }
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});

 private:
  struct Head;
  Encoder encoder_{nullptr};
  std::shared_ptr<Head> head_;
};
TORCH_MODULE(SequenceClassifier);

/// RoFormerForTokenClassification or BertForTokenClassification: dropout and `classifier`. Logits
/// (N, num_labels).
class TokenClassifierImpl : public torch::nn::Module {
 public:
  explicit TokenClassifierImpl(const EncoderConfig& config);
  Encoder encoder() const { return encoder_; }
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});

 private:
  struct Head;
  Encoder encoder_{nullptr};
  std::shared_ptr<Head> head_;
};
TORCH_MODULE(TokenClassifier);

}  // namespace roformer::model
