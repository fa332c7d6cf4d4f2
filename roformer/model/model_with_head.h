// What all heads share: an encoder under its Hugging Face name, and dropout of their own.
#pragma once
#include <memory>

#include "roformer/model/encoder.h"
#include "roformer/model/linear.h"
#include "roformer/model/pooler.h"
#include "roformer/model/residual_norm.h"

namespace roformer::model {

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
  double head_dropout() const;
  /// A product that ends in `out` numbers, drawn anew.
  Linear make_head(std::int64_t out) const;

 private:
  Encoder encoder_;
  HeadConfig head_;
  std::shared_ptr<PooledEncoderImpl> pooled_;  // the same, if it has a pooler
};

}  // namespace roformer::model
