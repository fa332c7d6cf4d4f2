// Language models, masked and causal: a trunk, and logits over the vocabulary.
#pragma once
#include "roformer/head/model_with_head.h"
#include "roformer/model/norm.h"
#include "roformer/model/vocabulary_loss.h"

namespace roformer::head {

/// A trunk and `cls.predictions`: decoder(Norm(act(dense(h)))) + bias, names as in
/// RoFormerForMaskedLM and BertForMaskedLM. The decoder's weight is the word embeddings when
/// config.tie_word_embeddings; then it is no parameter of its own. RoFormerV2 (norm_type rms_norm)
/// has the decoder alone, without bias. Where config.is_decoder tokens look back only, and the
/// logits of token i are those of token i + 1; with ForwardOptions::cache each call then continues
/// the sequences of the one before.
class LanguageModelImpl : public ModelWithHead {
 public:
  explicit LanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {},
                             bool pooled = false);
  /// Hugging Face's name of a causal language model where config.is_decoder, else of a masked one.
  virtual std::string class_name() const;
  /// Logits (M, vocab_size) for the hidden states of M tokens.
  torch::Tensor logits(const torch::Tensor& hidden);
  /// The same of a few rows on the CPU, by the way that `few` goes; where it does not serve, as
  /// `logits`.
  torch::Tensor logits(const torch::Tensor& hidden, model::FewTokens& few);
  /// The summed cross entropy of M tokens' hidden states against labels (M) int64, without logits
  /// of all tokens at once.
  model::VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels);
  /// The cross entropy (M) of each token, in nats; without a gradient, and without logits of all
  /// tokens at once.
  torch::Tensor token_losses(const torch::Tensor& hidden, const torch::Tensor& labels);
  /// Logits (M, vocab_size) of the tokens at `positions` (M) int64 only; an undefined tensor asks
  /// for all tokens.
  torch::Tensor forward(const packed::PackedBatch& batch, const torch::Tensor& positions,
                        const model::ForwardOptions& options = {});
  /// logits (B, T, vocab_size); `labels` (B, T).
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 protected:
  /// The call's labels at the packed places: (N).
  virtual torch::Tensor labels_of(const PaddedCall& call) const;

 private:
  torch::Tensor transformed(const torch::Tensor& hidden);

  model::Linear dense_{nullptr};
  model::Norm norm_{nullptr};
  model::Linear output_{nullptr};  // decoder and bias; no parameters of its own
};
TORCH_MODULE(LanguageModel);

/// The heads that it may be.
Description masked_language_model();
Description causal_language_model();

}  // namespace roformer::head
