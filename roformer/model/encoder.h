// The trunk of RoFormer and BERT over a packed batch: embeddings, then blocks. A configuration with
// is_decoder makes it look back only.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <vector>

#include "roformer/attention/key_value_cache.h"
#include "roformer/model/block_attention.h"
#include "roformer/model/config.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/position/position_encoding.h"
#include "roformer/product/narrow_weight.h"

namespace roformer::model {

/// What a position encoding of such a model is made for.
position::EncodingOptions encoding_options(const EncoderConfig& config);

/// What a caller may ask to see of a forward pass.
struct EncoderTrace {
  bool want_hidden_states = false;
  bool want_attentions = false;
  std::vector<torch::Tensor>
      hidden_states;  // L + 1 of (N, hidden): after the embeddings, after each block
  std::vector<std::vector<torch::Tensor>> attentions;  // L × B of (heads, T_b, T_b), after softmax
  std::vector<std::vector<torch::Tensor>> cross_attentions;  // of decoders, (heads, T_b, M_b)
};

/// Choices of one forward pass that are no part of the model.
struct ForwardOptions {
  std::uint64_t dropout_seed = 0;  // masks are a function of it; give each training step its own
  torch::Tensor
      rows;  // (M) int64: hidden states are asked for at these tokens only; undefined: at all
  EncoderTrace* trace = nullptr;
  // (B) int64: how many first tokens every token of the sequence sees, and those behind them look
  // back only, of an encoder too (UniLM's mask, as in RoFormer-Sim and RoFormer-GPT; batches of it:
  // data/prefix_batch.h). Undefined: none of a decoder, all of an encoder.
  torch::Tensor prefix_lengths = {};
  // Keys and values of earlier tokens, which come before the batch's own; grows by them.
  attention::KeyValueCache* cache = nullptr;
  // Of a decoder with linear attention: what it kept of earlier tokens; takes in the batch's own.
  attention::RecurrentState* state = nullptr;
  const Memory* memory = nullptr;  // what cross-attention looks at; null: it is left out
  // Of a step of decoding, one token a sequence of the cache or the state: does it in its memory
  // where it can (a few float32 rows on the CPU, prepared weights), which gives the same but for
  // rounding.
  FewTokens* few = nullptr;
};

/// Hugging Face's RoFormerModel or BertModel (without pooler), JunnYu's RoFormerV2. Parameters have
/// Hugging Face's names without prefix, but for fused tensors:
/// encoder.layer.{i}.attention.self.qkv.{weight (3 hidden, hidden), bias (3 hidden)}, rows query,
/// key, value; encoder.layer.{i}.crossattention.self.kv likewise, rows key, value.
class EncoderImpl : public torch::nn::Module {
 public:
  /// Weights are drawn from a new_weights_seed (initialize.h).
  explicit EncoderImpl(const EncoderConfig& config);
  /// With the word embeddings (vocab_size, embedding_size) of another module, which keeps them:
  /// they are no parameter of this one, and that module draws the weights of both.
  EncoderImpl(const EncoderConfig& config, torch::nn::Embedding words);

  /// Hidden states (N, hidden_size), or (M, hidden_size) for options.rows; then the last block
  /// works on those rows only. Throws Error for token or segment ids out of range.
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});

  /// Before update `update` = 0, 1, … of a training with `seed`: draws random features anew and
  /// integrates positions when they are due.
  void begin_update(std::int64_t update, std::uint64_t seed);

  /// Of a decoder with add_cross_attention: what its blocks look at of an encoder's states
  /// (M, hidden), one (M, 2, H, D) a block, as a cache keeps it (KeyValueCache::set_memory).
  std::vector<torch::Tensor> memory_of(const torch::Tensor& hidden) const;

  const EncoderConfig& config() const { return config_; }
  torch::Tensor word_embeddings() const;  // (vocab_size, embedding_size)
  /// Makes the table of words int8, for all who have it; makes it float32 again.
  void hold_words(const product::Int8Values& values);
  void widen_words();
  /// What the weights were drawn from; whoever adds some draws them from it too.
  std::uint64_t weights_seed() const { return weights_seed_; }

 private:
  torch::Tensor look_up_words(const torch::Tensor& ids) const;
  torch::Tensor sum_of_embeddings(const packed::PackedBatch& batch) const;
  torch::Tensor embed(const packed::PackedBatch& batch, const position::Positions& positions,
                      std::uint64_t dropout_seed);
  bool serves_few(const packed::PackedBatch& batch, const ForwardOptions& options) const;
  torch::Tensor forward_few(const packed::PackedBatch& batch, const ForwardOptions& options);
  std::vector<attention::Span> spans_of(const packed::PackedBatch& batch,
                                        const ForwardOptions& options) const;

  EncoderConfig config_;
  std::uint64_t weights_seed_ = 0;
  product::Int8Values int8_words_;  // if they are int8
  struct Parts;
  std::shared_ptr<Parts> parts_;
};
TORCH_MODULE(Encoder);

}  // namespace roformer::model
