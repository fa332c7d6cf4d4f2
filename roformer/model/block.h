// One transformer block, post-norm, as in BERT and RoFormer: self-attention, in decoders
// cross-attention, and feed-forward, each with residual and norm. Submodules carry Hugging Face's
// names.
#pragma once
#include <torch/nn/modules/linear.h>

#include "roformer/model/activation_kernel.h"
#include "roformer/model/block_attention.h"
#include "roformer/model/config.h"
#include "roformer/model/norm.h"

namespace roformer::model {

/// `dense` and `LayerNorm` behind a residual: Norm(residual + dropout(dense(x))).
class ResidualOutputImpl : public torch::nn::Module {
 public:
  ResidualOutputImpl(std::int64_t in, const EncoderConfig& config);
  /// x (N, in), residual (N, hidden).
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& residual,
                        const Dropout& dropout);

 private:
  torch::nn::Linear dense_{nullptr};
  Norm norm_{nullptr};
};
TORCH_MODULE(ResidualOutput);

class BlockImpl : public torch::nn::Module {
 public:
  explicit BlockImpl(const EncoderConfig& config);
  /// x (N, hidden) → (N, hidden), or (M, hidden) for context.rows.
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);

 private:
  torch::Tensor look_at_memory(const torch::Tensor& x, const BlockContext& context);
  torch::Tensor feed_forward(const torch::Tensor& x, const BlockContext& context);

  double dropout_;
  Activation activation_;
  SelfAttention attention_{nullptr};
  ResidualOutput attention_output_{nullptr};
  CrossAttention cross_attention_{nullptr};  // only if add_cross_attention
  ResidualOutput cross_output_{nullptr};
  torch::nn::Linear intermediate_{nullptr};
  ResidualOutput output_{nullptr};
};
TORCH_MODULE(Block);

/// A module that only gives its children a common prefix in their names.
class NamedGroup : public torch::nn::Module {
 public:
  /// Registers a child under a name and returns it.
  template <typename Module>
  Module add(const std::string& name, Module module) {
    return register_module(name, module);
  }
};

/// A LayerNorm over `size` with the configuration's epsilon.
torch::nn::LayerNorm make_norm(std::int64_t size, const EncoderConfig& config);

/// Hugging Face's initial weights: N(0, initializer_range²) for products and embeddings, 0 for
/// biases, 1 and 0 for LayerNorm.
void initialize(torch::nn::Module& module, const EncoderConfig& config);

}  // namespace roformer::model
