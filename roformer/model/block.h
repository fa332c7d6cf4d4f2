// One transformer block, post-norm, as in BERT and RoFormer: self-attention, in decoders
// cross-attention, and feed-forward, each with residual and norm. Submodules carry Hugging Face's
// names.
#pragma once
#include "roformer/model/block_attention.h"
#include "roformer/model/config.h"
#include "roformer/model/few_tokens.h"
#include "roformer/model/linear.h"
#include "roformer/model/norm.h"
#include "roformer/product/activation_kernel.h"

namespace roformer::model {

/// `dense` and `LayerNorm` behind a residual: Norm(residual + dropout(dense(x))).
class ResidualOutputImpl : public torch::nn::Module {
 public:
  ResidualOutputImpl(std::int64_t in, const EncoderConfig& config);
  /// x (N, in), residual (N, hidden).
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& residual,
                        const Dropout& dropout) {
    return norm_(dense_(x), residual, dropout);
  }
  /// The same of a few rows x (rows, in) with few.x as the residual, which becomes the result.
  void forward_few(const float* x, FewTokens& few) const;
  bool serves_few() const { return dense_->serves_few(); }

 private:
  Linear dense_{nullptr};
  Norm norm_{nullptr};
};
TORCH_MODULE(ResidualOutput);

class BlockImpl : public torch::nn::Module {
 public:
  explicit BlockImpl(const EncoderConfig& config);
  /// x (N, hidden) → (N, hidden), or (M, hidden) for context.rows.
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);
  /// few.x (rows, hidden) → few.x, each row the next token of a sequence of the context's cache or
  /// state.
  void forward_few(FewTokens& few, const BlockContext& context);
  bool serves_few() const;
  /// What cross-attention looks at of an encoder's states, (M, 2, H, D).
  torch::Tensor memory_of(const torch::Tensor& hidden) const {
    return cross_attention_->keys_and_values_of(hidden);
  }
  /// Before an update of a training: draws random features anew when they are due.
  void begin_update(std::int64_t update, std::uint64_t seed);

 private:
  torch::Tensor look_at_memory(const torch::Tensor& x, const BlockContext& context);
  torch::Tensor feed_forward(const torch::Tensor& x, const BlockContext& context);

  double dropout_;
  product::Activation activation_;
  SelfAttention attention_{nullptr};               // softmax,
  LinearSelfAttention linear_attention_{nullptr};  // or linear
  ResidualOutput attention_output_{nullptr};
  CrossAttention cross_attention_{nullptr};  // only if add_cross_attention
  ResidualOutput cross_output_{nullptr};
  Linear intermediate_{nullptr};
  ResidualOutput output_{nullptr};
};
TORCH_MODULE(Block);

}  // namespace roformer::model
