// Which words the masked tokens are: RoFormerForMaskedLM, BertForMaskedLM.
#pragma once
#include "roformer/head/language_model.h"

namespace roformer::head {

class MaskedLanguageModelImpl : public LanguageModel {
 public:
  explicit MaskedLanguageModelImpl(const EncoderConfig& config, const HeadConfig& head = {})
      : LanguageModel(make_trunk(config), head) {}
  const Description& description() const override;
  /// logits (B, T, vocab_size); `labels` (B, T).
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;
};
TORCH_MODULE(MaskedLanguageModel);

/// What this head says about itself.
const Description& masked_language_model();

}  // namespace roformer::head
