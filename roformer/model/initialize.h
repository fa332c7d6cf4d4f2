// What modules are built with: groups, tables, initial weights as the published code draws them.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>

#include <string>

#include "roformer/model/config.h"

namespace roformer::model {

/// A table (rows, size), to be drawn by one of the functions below.
torch::nn::Embedding new_table(std::int64_t rows, std::int64_t size);

/// Hugging Face's: N(0, initializer_range²) for products and embeddings, 0 for biases, 1 and 0 for
/// LayerNorm. With norm_type rms_norm RoFormerV2's (Zhuiyi, bert4keras): a normal cut off at two
/// deviations, of deviation sqrt(1 / (fan × num_hidden_layers)), biases 0. Blank weights
/// (format/blank_weights.h) stay so.
void initialize(torch::nn::Module& module, const EncoderConfig& config);

/// Weights of an encoder-decoder as fairseq's transformer draws them: Glorot's uniform for
/// products, those of queries, keys and values smaller by √½. Biases and norms stay as they are.
void initialize_translation(torch::nn::Module& module);

/// A module that only gives its children and parameters a common prefix in their names.
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
