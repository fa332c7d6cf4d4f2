// Which token comes next: RoFormerForCausalLM, BertLMHeadModel.
#pragma once
#include "roformer/head/language_model.h"

namespace roformer::head {

/// The logits of token i are those of token i + 1. Looks back only where config.is_decoder; with
/// ForwardOptions::cache each call continues the sequences of the one before.
class CausalLanguageModelImpl : public LanguageModel {
 public:
  explicit CausalLanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {})
      : CausalLanguageModelImpl(make_trunk(config), head) {}
  const Description& description() const override;
  /// [CLS] too if there is a pooler.
  Reading reading(bool with_labels) const override;
  /// logits (B, T, vocab_size), pooler_output (B, hidden) if there is a pooler; `labels` (B, T), each
  /// of its own place: the logits before it are asked for it.
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;

 protected:
  CausalLanguageModelImpl(const std::shared_ptr<model::EncoderImpl>& trunk, const HeadConfig& head)
      : LanguageModel(trunk, head) {}
};
TORCH_MODULE(CausalLanguageModel);

/// One whose trunk has a pooler too: JunnYu's RoFormerForCausalLM (RoFormer-Sim), which writes
/// sentences and compares them.
class PooledCausalLanguageModelImpl : public CausalLanguageModelImpl {
 public:
  explicit PooledCausalLanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {})
      : CausalLanguageModelImpl(make_pooled_trunk(config, head), head) {}
};
TORCH_MODULE(PooledCausalLanguageModel);

/// What this head says about itself.
const Description& causal_language_model();

}  // namespace roformer::head
