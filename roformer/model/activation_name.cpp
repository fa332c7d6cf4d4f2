#include "roformer/model/activation_name.h"

#include "roformer/base/error.h"

namespace roformer::model {

Activation parse_activation(const std::string& name) {
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Activation::gelu_new;
  if (name == "relu") return Activation::relu;
  if (name == "silu" || name == "swish") return Activation::silu;
  base::fail("[model] expected hidden_act to be gelu, gelu_new, relu or silu but got '{}'", name);
}

}  // namespace roformer::model
