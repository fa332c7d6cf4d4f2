// Activations by the names of Hugging Face's hidden_act, without tensors.
#pragma once
#include <string>

#include "roformer/model/activation_kernel.h"

namespace roformer::model {

/// gelu, gelu_new (also gelu_pytorch_tanh), relu, silu (also swish). Throws Error naming them for anything else.
Activation parse_activation(const std::string& name);

}  // namespace roformer::model
