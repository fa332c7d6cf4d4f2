// The pooler: a sequence's [CLS] through one more product, as BertModel has it and RoFormer-Sim.
#pragma once
#include <string>

#include "roformer/model/config.h"
#include "roformer/model/encoder.h"

namespace roformer::model {

/// tanh(x), x for "linear" or an empty name, or the activation of that name (activation.h).
torch::Tensor pooled_activation(const torch::Tensor& x, const std::string& name);

/// The first token of each sequence, [CLS]: (B) int64 rows of the batch. Throws Error for a
/// sequence without tokens, which has none.
torch::Tensor first_tokens(const packed::PackedBatch& batch);

/// An encoder with `pooler.dense`, tanh or linear behind it as head.pooler_activation says:
/// BertModel, JunnYu's RoFormerModel(add_pooling_layer=True).
class PooledEncoderImpl : public EncoderImpl {
 public:
  explicit PooledEncoderImpl(const EncoderConfig& config, const HeadConfig& head = {});
  /// The hidden states of [CLS] (B, hidden) → (B, hidden).
  torch::Tensor pool(const torch::Tensor& first);

 private:
  std::string activation_;
  Linear dense_{nullptr};
};
TORCH_MODULE(PooledEncoder);

}  // namespace roformer::model
