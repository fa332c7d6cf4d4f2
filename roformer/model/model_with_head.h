// What all heads share: an encoder under its Hugging Face name, with or without a pooler (a sequence's
// [CLS] through one more product, as BertModel and RoFormer-Sim have it), and dropout of their own.
#pragma once
#include <memory>
#include <string>

#include "roformer/model/config.h"
#include "roformer/model/encoder.h"
#include "roformer/model/linear.h"
#include "roformer/model/norm.h"

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
  torch::Tensor pool(const torch::Tensor& first) {
    return pooled_activation(dense_(first), activation_);
  }

 private:
  std::string activation_;
  Linear dense_{nullptr};
};
TORCH_MODULE(PooledEncoder);

/// The trunk of a head that reads tokens, and of one that reads the pooled [CLS].
std::shared_ptr<EncoderImpl> make_trunk(const EncoderConfig& config);
std::shared_ptr<EncoderImpl> make_pooled_trunk(const EncoderConfig& config, const HeadConfig& head);

/// Submodule `roformer` or `bert`, as config.model_type says.
class ModelWithHead : public torch::nn::Module {
 public:
  Encoder encoder() const { return encoder_; }
  const EncoderConfig& config() const { return encoder_->config(); }
  const HeadConfig& head() const { return head_; }
  bool has_pooler() const { return pooled_ != nullptr; }
  /// The hidden states of [CLS] (B, hidden) through the pooler. Throws Error if there is none.
  torch::Tensor pool(const torch::Tensor& first) const;

 protected:
  ModelWithHead(const std::shared_ptr<EncoderImpl>& trunk, const HeadConfig& head);

  /// x (N, size) with elements dropped in training; `site` numbers the head's dropouts.
  torch::Tensor dropped(const torch::Tensor& x, double probability, const ForwardOptions& options,
                        std::uint64_t site = 0) const;
  /// classifier_dropout of BERT's heads, hidden_dropout_prob where there is none.
  double head_dropout() const {
    return head_.classifier_dropout.value_or(config().hidden_dropout_prob);
  }
  /// A product that ends in `out` numbers, drawn anew.
  Linear make_head(std::int64_t out) const;

 private:
  Encoder encoder_;
  HeadConfig head_;
  std::shared_ptr<PooledEncoderImpl> pooled_;  // the same, if it has a pooler
};

}  // namespace roformer::model
