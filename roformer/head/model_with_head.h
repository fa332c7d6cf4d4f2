// What most heads share: a trunk under its Hugging Face name, own dropout, products drawn anew.
#pragma once
#include <memory>
#include <string>

#include "roformer/head/description.h"
#include "roformer/head/padded_call.h"
#include "roformer/model/linear.h"

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
  torch::nn::Module& module() override { return *this; }
  const HeadConfig& head_config() const { return head_config_; }

 protected:
  /// Throws Error for a configuration that model::validate refuses.
  ModelWithHead(const EncoderConfig& config, const HeadConfig& head, bool pooled)
      : Model(config, head, pooled), head_config_(head) {
    model::validate(head);
    register_module(config.model_type, encoder());
  }

  /// x (N, size) with elements dropped in training; `site` numbers the head's dropouts.
  torch::Tensor dropped(const torch::Tensor& x, double probability, std::uint64_t dropout_seed,
                        std::uint64_t site = 0) const;
  /// The same with the probability of BERT's heads: classifier_dropout, else hidden_dropout_prob.
  torch::Tensor dropped(const torch::Tensor& x, std::uint64_t dropout_seed) const;
  /// A product of hidden_size numbers that ends in `out`, drawn anew: a child "classifier", or one
  /// of a group: "cls.seq_relationship".
  model::Linear add_product(const std::string& name, std::int64_t out);
  /// The group of this name, made where there is none.
  std::shared_ptr<torch::nn::Module> group(const std::string& name);

 private:
  HeadConfig head_config_;
};

}  // namespace roformer::head
