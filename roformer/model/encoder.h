// The encoder of RoFormer and BERT over a packed batch: embeddings, then blocks.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <vector>

#include "roformer/model/config.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/position/position_encoding.h"

namespace roformer::model {

/// What a caller may ask to see of a forward pass.
struct EncoderTrace {
  bool want_hidden_states = false;
  bool want_attentions = false;
  std::vector<torch::Tensor>
      hidden_states;  // L + 1 of (N, hidden): after the embeddings, after each block
  std::vector<std::vector<torch::Tensor>> attentions;  // L × B of (heads, T_b, T_b), after softmax
};

/// Choices of one forward pass that are no part of the model.
struct ForwardOptions {
  std::uint64_t dropout_seed = 0;  // masks are a function of it; give each training step its own
  torch::Tensor
      rows;  // (M) int64: hidden states are asked for at these tokens only; undefined: at all
  EncoderTrace* trace = nullptr;
};

/// Hugging Face's RoFormerModel or BertModel (without pooler). Parameters have Hugging Face's names
/// without prefix, but for one fused tensor: encoder.layer.{i}.attention.self.qkv.{weight (3
/// hidden, hidden), bias (3 hidden)}, rows query, key, value.
class EncoderImpl : public torch::nn::Module {
 public:
  explicit EncoderImpl(const EncoderConfig& config);

  /// Hidden states (N, hidden_size), or (M, hidden_size) for options.rows; then the last block
  /// works on those rows only. Throws Error for token or segment ids out of range.
  torch::Tensor forward(const packed::PackedBatch& batch, const ForwardOptions& options = {});

  const EncoderConfig& config() const { return config_; }
  torch::Tensor word_embeddings() const;  // (vocab_size, embedding_size)

 private:
  torch::Tensor embed(const packed::PackedBatch& batch, const position::Positions& positions,
                      std::uint64_t dropout_seed);

  EncoderConfig config_;
  struct Parts;
  std::shared_ptr<Parts> parts_;
};
TORCH_MODULE(Encoder);

}  // namespace roformer::model
