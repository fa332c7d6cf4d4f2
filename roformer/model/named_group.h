// A module that only gives its children a common prefix in their names.
#pragma once
#include <torch/nn/module.h>

#include <string>

namespace roformer::model {

/// Children and parameters below one name.
class NamedGroup : public torch::nn::Module {
 public:
  /// Registers a child under a name and returns it.
  template <typename Module>
  Module add(const std::string& name, Module module) {
    return register_module(name, module);
  }
  /// Registers a parameter under a name and returns it.
  torch::Tensor add_parameter(const std::string& name, const torch::Tensor& value) {
    return register_parameter(name, value);
  }
};

}  // namespace roformer::model
