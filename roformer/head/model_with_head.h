// What most heads share: a trunk under its Hugging Face name, dropout of their own, products drawn
// anew.
#pragma once
#include <memory>
#include <string>

#include "roformer/head/description.h"
#include "roformer/head/padded_call.h"
#include "roformer/model/linear.h"
#include "roformer/model/pooler.h"

namespace roformer::head {

using model::EncoderConfig;
using model::HeadConfig;

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

  torch::nn::Module& module() override { return *this; }
  model::EncoderImpl& trunk() override { return *encoder_; }
  /// [CLS] if there is a pooler, else the tokens.
  Reading reading(const format::TensorMap& inputs) const override;

 protected:
  ModelWithHead(const EncoderConfig& config, const HeadConfig& head, bool pooled);

  /// The hidden states of [CLS] (B, hidden) through the pooler. Throws Error if there is none.
  torch::Tensor pool(const torch::Tensor& first) const;
  /// x (N, size) with elements dropped in training; `site` numbers the head's dropouts.
  torch::Tensor dropped(const torch::Tensor& x, double probability, const PaddedCall& call,
                        std::uint64_t site = 0) const;
  /// The same with the probability of BERT's heads: classifier_dropout, else hidden_dropout_prob.
  torch::Tensor dropped(const torch::Tensor& x, const PaddedCall& call) const;
  /// A product of hidden_size numbers that ends in `out`, drawn anew: a child "classifier", or one of
  /// a group: "cls.seq_relationship".
  model::Linear add_product(const std::string& name, std::int64_t out);
  /// The group of this name, made where there is none.
  std::shared_ptr<torch::nn::Module> group(const std::string& name);

 private:
  HeadConfig head_config_;
  std::shared_ptr<model::PooledEncoderImpl> pooled_;  // the trunk, if it has a pooler
  model::Encoder encoder_;
};

}  // namespace roformer::head
