// What tests of heads share: small configurations, a padded call of three rows, parameters by name.
#pragma once
#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "roformer/base/error.h"
#include "roformer/head/model_with_head.h"
#include "roformer/head/registry.h"

namespace roformer::head {

inline model::EncoderConfig small_config(const std::string& model_type = "roformer") {
  model::EncoderConfig config;
  config.model_type = model_type;
  config.encoding.name = model_type == "bert" ? "learned" : "rotary";
  config.vocab_size = 30;
  config.hidden_size = config.embedding_size = 8;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.intermediate_size = 16;
  config.max_position_embeddings = 16;
  return config;
}

// A module in evaluation mode whose biases are not zero either.
inline void randomise(torch::nn::Module& module) {
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(1);
  for (torch::Tensor& parameter : module.parameters()) parameter.normal_(0, 0.5);
  module.eval();
}

// Such a head, RoFormer's or BERT's as the configuration says: "ForMaskedLM".
inline std::shared_ptr<ModelWithHead> random_head(const std::string& name,
                                                  const model::EncoderConfig& config,
                                                  const model::HeadConfig& head = {},
                                                  bool pooled = false) {
  Holdings holdings{config, head, {}};
  if (pooled) holdings.shapes[pooler_weight] = {8, 8};
  const std::string family = config.model_type == "bert" ? "Bert" : "RoFormer";
  auto model = choose(family + name, holdings).make(holdings);
  randomise(model->module());
  return std::dynamic_pointer_cast<ModelWithHead>(model);
}

inline torch::Tensor parameter(torch::nn::Module& module, const std::string& name) {
  const auto parameters = module.named_parameters();
  const torch::Tensor* found = parameters.find(name);
  if (found == nullptr) ADD_FAILURE() << "expected a parameter " << name;
  return found == nullptr ? torch::Tensor() : *found;
}

// x through the product `name`, written out.
inline torch::Tensor product(torch::nn::Module& module, const std::string& name,
                             const torch::Tensor& x) {
  return torch::matmul(x, parameter(module, name + ".weight").t()) +
         parameter(module, name + ".bias");
}

// Rows of 5 columns: a whole one, one padded on the right, one padded on the left.
inline torch::Tensor small_mask() {
  return torch::tensor({1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1}).view({3, 5});
}

inline format::TensorMap small_inputs() {
  torch::manual_seed(7);
  return {{"input_ids", torch::randint(1, 30, {3, 5}, torch::kInt64)},
          {"attention_mask", small_mask()}};
}

struct Answer {
  PaddedCall call;
  torch::Tensor hidden;  // (N, hidden) of the packed places
  format::TensorMap outputs;

  torch::Tensor operator[](const std::string& name) const { return outputs.at(name); }
};

inline Answer answer(Model& model, const format::TensorMap& inputs) {
  PaddedCall call(inputs, model, torch::kCPU);
  const torch::Tensor hidden = model.encoder()->forward(call.batch(), call.forward_options());
  format::TensorMap outputs = model.outputs(hidden, call);
  return {std::move(call), hidden, std::move(outputs)};
}

// The same with one more input.
inline Answer answer_with(Model& model, const std::string& name, const torch::Tensor& value) {
  format::TensorMap inputs = small_inputs();
  inputs[name] = value;
  return answer(model, inputs);
}

inline void expect_near(const torch::Tensor& found, const torch::Tensor& expected) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE((found - expected).abs().max().item<double>(), 1e-5);
}

template <typename Work>
void expect_message(const std::string& part, const Work& work) {
  try {
    work();
    ADD_FAILURE() << "expected an error with " << part;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

}  // namespace roformer::head
