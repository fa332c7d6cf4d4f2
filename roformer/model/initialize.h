// What modules are built with: groups, tables, initial weights as the published code draws them.
//
// Each weight is drawn from numbers of its own, which follow from the model's seed and the weight's
// name in the model. So models of one seed that differ in some weights, those of the position
// encoding say, begin alike in all others, and a comparison of the two is of that difference alone.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>

#include <cstdint>
#include <string>

#include "roformer/model/config.h"

namespace roformer::model {

/// A table (rows, size), not drawn yet.
torch::nn::Embedding new_table(std::int64_t rows, std::int64_t size);

/// The seed of a new model's weights: one number of LibTorch's default generator, which
/// torch::manual_seed sets.
std::uint64_t new_weights_seed();

/// Draws all weights of a part of a model that the model calls `name` (its trunk: nothing, whatever
/// family it is of) as Hugging Face does: N(0, initializer_range²) for products and embeddings, 0
/// for biases, 1 and 0 for LayerNorm. With norm_type rms_norm as RoFormerV2 (Zhuiyi, bert4keras): a
/// normal cut off at two deviations, of deviation sqrt(1 / (fan × num_hidden_layers)), biases 0.
/// Tables of position encodings are N(0, initializer_range²) in both, random features
/// attention::orthogonal_features. Blank weights (format/blank_weights.h) stay so.
void initialize(torch::nn::Module& part, const std::string& name, const EncoderConfig& config,
                std::uint64_t seed);

/// The same for a whole encoder-decoder with such sides, as fairseq's transformer: Glorot's uniform
/// for products, those of queries, keys and values smaller by √½, N(0, 1 / hidden_size) for words,
/// 0 for biases.
void initialize_translation(torch::nn::Module& module, const EncoderConfig& side,
                            std::uint64_t seed);

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
