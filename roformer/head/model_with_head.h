// What most heads share: a trunk under its Hugging Face name, dropout of their own, products drawn
// anew.
#pragma once
#include <memory>

#include "roformer/head/description.h"
#include "roformer/head/padded_call.h"
#include "roformer/model/linear.h"
#include "roformer/model/pooler.h"
#include "roformer/model/residual_norm.h"

namespace roformer::head {

using model::EncoderConfig;
using model::ForwardOptions;
using model::HeadConfig;

/// The trunk of a head that reads tokens, and of one that reads the pooled [CLS].
std::shared_ptr<model::EncoderImpl> make_trunk(const EncoderConfig& config);
std::shared_ptr<model::EncoderImpl> make_pooled_trunk(const EncoderConfig& config,
                                                      const HeadConfig& head);

/// A head's module as Description::make gives it.
template <typename Module>
std::shared_ptr<Model> make_model(const Holdings& holdings) {
  return std::make_shared<Module>(holdings.config, holdings.head);
}

/// Submodule `roformer` or `bert`, as config.model_type says.
class ModelWithHead : public torch::nn::Module, public Model {
 public:
  model::Encoder encoder() const { return encoder_; }
  const EncoderConfig& config() const { return encoder_->config(); }
  const HeadConfig& head_config() const { return head_config_; }
  bool has_pooler() const { return pooled_ != nullptr; }
  /// The hidden states of [CLS] (B, hidden) through the pooler. Throws Error if there is none.
  torch::Tensor pool(const torch::Tensor& first) const;

  torch::nn::Module& module() override { return *this; }
  model::EncoderImpl& trunk() override { return *encoder_; }
  /// The tokens' hidden states, unless a head says otherwise.
  Reading reading(bool with_labels) const override;

 protected:
  ModelWithHead(const std::shared_ptr<model::EncoderImpl>& trunk, const HeadConfig& head);

  /// The hidden states that the head reads: of each [CLS] (B, hidden) if those are its columns, else
  /// of all tokens (N, hidden).
  torch::Tensor read(const packed::PackedBatch& batch, const ForwardOptions& options);
  /// x (N, size) with elements dropped in training; `site` numbers the head's dropouts.
  torch::Tensor dropped(const torch::Tensor& x, double probability, const ForwardOptions& options,
                        std::uint64_t site = 0) const;
  /// classifier_dropout of BERT's heads, hidden_dropout_prob where there is none.
  double head_dropout() const;
  /// A product that ends in `out` numbers, drawn anew.
  model::Linear make_head(std::int64_t out) const;

 private:
  model::Encoder encoder_;
  HeadConfig head_config_;
  std::shared_ptr<model::PooledEncoderImpl> pooled_;  // the same, if it has a pooler
};

}  // namespace roformer::head
