// One transformer block, post-norm, as in BERT and RoFormer: self-attention and feed-forward, each
// with residual and LayerNorm. Submodules carry Hugging Face's names.
#pragma once
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <cstdint>

#include "roformer/model/activation_kernel.h"
#include "roformer/model/config.h"
#include "roformer/model/residual_norm.h"
#include "roformer/position/position_encoding.h"

namespace roformer::model {

/// What all blocks of a forward pass share.
struct BlockContext {
  const position::PositionEncoding* encoding;
  position::Positions positions;
  torch::Tensor cu_seqlens;        // (B + 1) int32
  std::uint64_t dropout_seed = 0;  // of this block
  bool training = false;
  torch::Tensor rows;  // (M) int64: the only rows asked for, or undefined
  std::vector<torch::Tensor>* attentions =
      nullptr;  // receives the weights, one (H, T, T) a sequence
};

/// `dense` and `LayerNorm` behind a residual: LayerNorm(residual + dropout(dense(x))).
class ResidualOutputImpl : public torch::nn::Module {
 public:
  ResidualOutputImpl(std::int64_t in, const EncoderConfig& config);
  /// x (N, in), residual (N, hidden).
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& residual,
                        const Dropout& dropout);

 private:
  torch::nn::Linear dense_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
};
TORCH_MODULE(ResidualOutput);

/// Queries, keys and values by one product into one buffer (N, 3, H, D), rotated there, attended
/// over in place.
class SelfAttentionImpl : public torch::nn::Module {
 public:
  explicit SelfAttentionImpl(const EncoderConfig& config);
  /// x (N, hidden) → (N, hidden).
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);

 private:
  torch::Tensor attend(const torch::Tensor& qkv, const BlockContext& context) const;
  std::int64_t heads_, head_size_;
  double dropout_;
  torch::nn::Linear qkv_{nullptr};
};
TORCH_MODULE(SelfAttention);

class BlockImpl : public torch::nn::Module {
 public:
  explicit BlockImpl(const EncoderConfig& config);
  /// x (N, hidden) → (N, hidden), or (M, hidden) for context.rows.
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);

 private:
  double dropout_;
  Activation activation_;
  SelfAttention attention_{nullptr};
  ResidualOutput attention_output_{nullptr};
  torch::nn::Linear intermediate_{nullptr};
  ResidualOutput output_{nullptr};
};
TORCH_MODULE(Block);

/// A module that only gives its children a common prefix in their names.
class NamedGroup : public torch::nn::Module {
 public:
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
