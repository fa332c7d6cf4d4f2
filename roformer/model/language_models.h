// `cls.predictions`, hidden states to logits over the vocabulary, and the language models that end in
// it: masked (RoFormerForMaskedLM, BertForMaskedLM), causal (RoFormerForCausalLM,
// BertLMHeadModel), and masked with next sentence (BertForPreTraining).
#pragma once
#include "roformer/model/config.h"
#include "roformer/model/linear.h"
#include "roformer/model/model_with_head.h"
#include "roformer/model/norm.h"
#include "roformer/model/vocabulary_loss.h"

namespace roformer::model {

/// decoder(Norm(act(dense(h)))) + bias, names as in RoFormerForMaskedLM and BertForMaskedLM. The
/// decoder's weight is the word embeddings when config.tie_word_embeddings; then it is no parameter
/// of its own. RoFormerV2 (norm_type rms_norm) has the decoder alone, without bias.
class LanguageModelHeadImpl : public torch::nn::Module {
 public:
  /// word_embeddings (vocab_size, embedding_size), to be tied to.
  LanguageModelHeadImpl(const EncoderConfig& config, const torch::Tensor& word_embeddings);
  /// hidden (M, hidden_size) → (M, vocab_size).
  torch::Tensor forward(const torch::Tensor& hidden) { return output_(transformed(hidden)); }
  /// The summed cross entropy against labels (M) int64, without logits of all tokens at once.
  VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels);

 private:
  torch::Tensor transformed(const torch::Tensor& hidden);

  EncoderConfig config_;
  Linear dense_{nullptr};
  Norm norm_{nullptr};
  Linear output_{nullptr};  // decoder and bias; no parameters of its own
};
TORCH_MODULE(LanguageModelHead);

/// A trunk and `cls.predictions`.
class LanguageModel : public ModelWithHead {
 public:
  /// Logits (M, vocab_size) for the hidden states of M tokens.
  torch::Tensor logits(const torch::Tensor& hidden) { return predictions_(hidden); }
  /// The summed loss of M tokens with labels (M) int64, from their hidden states.
  VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels) {
    return predictions_->loss(hidden, labels);
  }
  /// Logits (M, vocab_size) of the tokens at `positions` (M) int64 only; an undefined tensor asks
  /// for all tokens.
  torch::Tensor forward(const packed::PackedBatch& batch, const torch::Tensor& positions,
                        const ForwardOptions& options = {});

 protected:
  LanguageModel(const std::shared_ptr<EncoderImpl>& trunk, const HeadConfig& head);
  std::shared_ptr<torch::nn::Module> cls_;

 private:
  LanguageModelHead predictions_;
};

class MaskedLanguageModelImpl : public LanguageModel {
 public:
  explicit MaskedLanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {})
      : LanguageModel(make_trunk(config), head) {}
};
TORCH_MODULE(MaskedLanguageModel);

/// The logits of token i are those of token i + 1. Looks back only where config.is_decoder; with
/// ForwardOptions::cache each call continues the sequences of the one before.
class CausalLanguageModelImpl : public LanguageModel {
 public:
  explicit CausalLanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {})
      : LanguageModel(make_trunk(config), head) {}
};
TORCH_MODULE(CausalLanguageModel);

/// A causal language model whose trunk has a pooler too: JunnYu's RoFormerForCausalLM
/// (RoFormer-Sim), which writes sentences and compares them.
class PooledCausalLanguageModelImpl : public LanguageModel {
 public:
  explicit PooledCausalLanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {})
      : LanguageModel(make_pooled_trunk(config, head), head) {}
};
TORCH_MODULE(PooledCausalLanguageModel);

/// Masked tokens, and whether the second sentence follows the first: `cls.seq_relationship` on the
/// pooler, class 0 for "follows".
class PretrainingModelImpl : public LanguageModel {
 public:
  explicit PretrainingModelImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// The hidden states of [CLS] (B, hidden) → logits (B, 2).
  torch::Tensor next_sentence_logits(const torch::Tensor& first) {
    return relationship_(pool(first));
  }

 private:
  Linear relationship_{nullptr};
};
TORCH_MODULE(PretrainingModel);

}  // namespace roformer::model
