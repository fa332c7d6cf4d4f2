// `cls.predictions`: hidden states to logits over the vocabulary, for masked and for causal
// language models.
#pragma once
#include "roformer/model/config.h"
#include "roformer/model/linear.h"
#include "roformer/model/norm.h"
#include "roformer/model/vocabulary_loss.h"

namespace roformer::head {

/// decoder(Norm(act(dense(h)))) + bias, names as in RoFormerForMaskedLM and BertForMaskedLM. The
/// decoder's weight is the word embeddings when config.tie_word_embeddings; then it is no parameter
/// of its own. RoFormerV2 (norm_type rms_norm) has the decoder alone, without bias.
class LanguageModelHeadImpl : public torch::nn::Module {
 public:
  /// word_embeddings (vocab_size, embedding_size), to be tied to.
  LanguageModelHeadImpl(const model::EncoderConfig& config, const torch::Tensor& word_embeddings);
  /// hidden (M, hidden_size) → (M, vocab_size).
  torch::Tensor forward(const torch::Tensor& hidden);
  /// The summed cross entropy against labels (M) int64, without logits of all tokens at once.
  model::VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels);

 private:
  torch::Tensor transformed(const torch::Tensor& hidden);

  model::EncoderConfig config_;
  model::Linear dense_{nullptr};
  model::Norm norm_{nullptr};
  model::Linear output_{nullptr};  // decoder and bias; no parameters of its own
};
TORCH_MODULE(LanguageModelHead);

}  // namespace roformer::head
