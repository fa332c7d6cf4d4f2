// Language models, masked and causal: a trunk, and logits over the vocabulary.
#pragma once
#include "roformer/head/language_model_head.h"
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// A trunk and `cls.predictions`. Where config.is_decoder tokens look back only, and the logits of
/// token i are those of token i + 1; with ForwardOptions::cache each call then continues the sequences
/// of the one before.
class LanguageModelImpl : public ModelWithHead {
 public:
  explicit LanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {},
                             bool pooled = false);
  /// Hugging Face's name of a causal language model where config.is_decoder, else of a masked one.
  const std::string& class_name() const;
  /// Logits (M, vocab_size) for the hidden states of M tokens.
  torch::Tensor logits(const torch::Tensor& hidden);
  /// The summed loss of M tokens with labels (M) int64, from their hidden states.
  model::VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels);
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
  LanguageModelHead predictions_;
};
TORCH_MODULE(LanguageModel);

/// The heads that it may be.
const Description& masked_language_model();
const Description& causal_language_model();

}  // namespace roformer::head
