// Language models: masked (RoFormerForMaskedLM, BertForMaskedLM), causal (RoFormerForCausalLM,
// BertLMHeadModel), and masked with next sentence (BertForPreTraining).
#pragma once
#include "roformer/model/language_model_head.h"
#include "roformer/model/model_with_head.h"

namespace roformer::model {

/// A trunk and `cls.predictions`.
class LanguageModel : public ModelWithHead {
 public:
  /// Logits (M, vocab_size) for the hidden states of M tokens.
  torch::Tensor logits(const torch::Tensor& hidden);
  /// The summed loss of M tokens with labels (M) int64, from their hidden states.
  VocabularyLoss loss(const torch::Tensor& hidden, const torch::Tensor& labels);
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
  torch::Tensor next_sentence_logits(const torch::Tensor& first);

 private:
  Linear relationship_{nullptr};
};
TORCH_MODULE(PretrainingModel);

}  // namespace roformer::model
