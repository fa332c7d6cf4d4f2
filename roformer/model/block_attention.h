// Attention of a block: among a sequence's own tokens, and of a decoder's tokens on an encoder's.
// Submodules carry Hugging Face's names but for fused products.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/attention/feature_map.h"
#include "roformer/attention/key_value_cache.h"
#include "roformer/attention/linear_attention.h"
#include "roformer/attention/span.h"
#include "roformer/base/random.h"
#include "roformer/model/config.h"
#include "roformer/model/few_tokens.h"
#include "roformer/model/linear.h"
#include "roformer/position/position_encoding.h"

namespace roformer::model {

/// What a decoder's cross-attention looks at: an encoder's states, packed.
struct Memory {
  torch::Tensor hidden;                     // (M, hidden)
  torch::Tensor cu_seqlens;                 // (B + 1) int32, on the CPU: sequence b looks at part b
  std::vector<attention::Span> spans = {};  // instead, if not empty: of the queries on its rows
};

/// What all blocks of a forward pass share.
struct BlockContext {
  const position::PositionEncoding* encoding = nullptr;
  position::Positions positions;
  std::vector<attention::Span> spans;  // of self-attention
  std::uint64_t dropout_seed = 0;      // of this block
  bool training = false;
  std::int64_t layer = 0;
  torch::Tensor rows;  // (M) int64: the only rows asked for, or undefined
  const Memory* memory = nullptr;
  attention::KeyValueCache* cache = nullptr;
  attention::RecurrentState* state = nullptr;  // of linear attention
  // Receive the weights, one (H, T_q, T_k) a sequence.
  std::vector<torch::Tensor>* attentions = nullptr;
  std::vector<torch::Tensor>* cross_attentions = nullptr;
};

/// Queries, keys and values by one product into one buffer (N, 3, H, D), rotated there, attended
/// over in place.
class SelfAttentionImpl : public torch::nn::Module {
 public:
  explicit SelfAttentionImpl(const EncoderConfig& config);
  /// x (N, hidden) → (N, hidden).
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);
  /// few.x (rows, hidden) → (rows, hidden), memory of `few`; with the context's cache.
  const float* forward_few(FewTokens& few, const BlockContext& context) const;
  bool serves_few() const { return qkv_->serves_few(); }

 private:
  torch::Tensor attend(const torch::Tensor& qkv, const BlockContext& context) const;
  position::Projections projections() const;
  std::int64_t heads_, head_size_;
  double dropout_;
  Linear qkv_{nullptr};
};
TORCH_MODULE(SelfAttention);

/// The same with linear attention (Eq. 18 and 19): a feature map in the place of softmax.
class LinearSelfAttentionImpl : public torch::nn::Module {
 public:
  explicit LinearSelfAttentionImpl(const EncoderConfig& config);
  /// x (N, hidden) → (N, hidden).
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);
  /// few.x (rows, hidden) → (rows, hidden), memory of `few`; with the context's state.
  const float* forward_few(FewTokens& few, const BlockContext& context) const;
  bool serves_few() const;
  /// Draws random features anew when they are due.
  void begin_update(std::int64_t update, std::uint64_t seed) {
    feature_map_->begin_update(update, seed);
  }

 private:
  std::int64_t heads_, head_size_;
  Linear qkv_{nullptr};
  attention::FeatureMap feature_map_{nullptr};
};
TORCH_MODULE(LinearSelfAttention);

/// Queries from the decoder, keys and values (M, 2, H, D) from context.memory; no position enters
/// (transformers rotates neither; JunnYu's code rotates the queries alone, which we leave).
class CrossAttentionImpl : public torch::nn::Module {
 public:
  explicit CrossAttentionImpl(const EncoderConfig& config);
  /// x (N, hidden) → (N, hidden).
  torch::Tensor forward(const torch::Tensor& x, const BlockContext& context);
  /// few.x (rows, hidden) → (rows, hidden), memory of `few`.
  const float* forward_few(FewTokens& few, const BlockContext& context);
  bool serves_few() const { return query_->serves_few(); }
  /// Of an encoder's states (M, hidden): (M, 2, H, D).
  torch::Tensor keys_and_values_of(const torch::Tensor& hidden) const {
    return kv_->forward(hidden, {hidden.size(0), 2, heads_, head_size_});
  }

 private:
  torch::Tensor keys_and_values(const BlockContext& context);
  std::int64_t heads_, head_size_;
  double dropout_;
  Linear query_{nullptr}, kv_{nullptr};
};
TORCH_MODULE(CrossAttention);

/// Where in a block a mask is drawn; the numbers are part of every seed.
enum class DropoutSite : std::uint64_t {
  attention_weights = 1,
  attention_output = 2,
  output = 3,
  cross_attention_weights = 4,
  cross_attention_output = 5,
  position_embeddings = 6,
};

/// The seed of one place in a block.
inline std::uint64_t site_seed(std::uint64_t block_seed, DropoutSite site) {
  return base::derive(block_seed, static_cast<std::uint64_t>(site));
}

}  // namespace roformer::model
