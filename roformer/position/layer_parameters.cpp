#include "roformer/position/layer_parameters.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include "roformer/format/blank_weights.h"

namespace roformer::position {
namespace {

torch::nn::Module& child_group(torch::nn::Module& owner, const std::string& name) {
  const auto children = owner.named_children();
  if (const auto* found = children.find(name)) return **found;
  return *owner.register_module(name, std::make_shared<torch::nn::Module>("ParameterGroup"));
}

}  // namespace

torch::Tensor drawn(torch::IntArrayRef shape, const EncodingOptions& options) {
  return format::new_weight(
      shape, [&](torch::Tensor& weight) { weight.normal_(0, options.initializer_range); });
}

torch::nn::Module& layer_group(torch::nn::Module& owner, std::int64_t layer) {
  return child_group(child_group(owner, "layer"), std::to_string(layer));
}

std::vector<torch::Tensor> add_layer_tables(torch::nn::Module& owner, const std::string& name,
                                            torch::IntArrayRef shape,
                                            const EncodingOptions& options) {
  std::vector<torch::Tensor> tables;
  for (std::int64_t i = 0; i < options.num_layers; ++i)
    tables.push_back(layer_group(owner, i).register_parameter(name, drawn(shape, options)));
  return tables;
}

torch::nn::Linear add_product(torch::nn::Module& owner, const std::string& name, std::int64_t in,
                              std::int64_t out, const EncodingOptions& options) {
  torch::nn::Linear product(in, out);
  const torch::NoGradGuard no_gradient;
  product->weight.normal_(0, options.initializer_range);
  product->bias.zero_();
  return owner.register_module(name, product);
}

torch::Tensor split_heads(const torch::Tensor& x, std::int64_t num_heads) {
  return x.unflatten(-1, {num_heads, x.size(-1) / num_heads}).transpose(-2, -3);
}

}  // namespace roformer::position
