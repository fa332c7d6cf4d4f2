// Keys and values of the tokens so far, so that a decoder computes each token once. Keys are kept
// rotated, as transformers keeps them: a position never changes once it is given.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/attention/span.h"

namespace roformer::attention {

/// The cache of B sequences in all layers of a decoder. Not for training: it keeps no gradient.
class KeyValueCache {
 public:
  KeyValueCache(std::int64_t num_layers, std::int64_t num_sequences);

  std::int64_t num_sequences() const { return static_cast<std::int64_t>(lengths_.size()); }
  /// Tokens that are kept of sequence b.
  std::int64_t length(std::int64_t b) const { return lengths_.at(static_cast<std::size_t>(b)); }

  /// Makes room for the N new tokens of cu_seqlens (B + 1) at `positions` (N) int64. Returns the
  /// spans of their queries against all keys of their sequences, these included: query i sees the
  /// first `prefix[b]` tokens (undefined: 0) and all up to itself.
  std::vector<Span> extend(const torch::Tensor& cu_seqlens, const torch::Tensor& positions,
                           const torch::Tensor& prefix = {});
  /// Writes one layer's keys and values (N, H, D) of the tokens of the last `extend`.
  void write(std::int64_t layer, const torch::Tensor& keys, const torch::Tensor& values);

  /// What the spans' keys are rows of: (B × capacity, H, D).
  torch::Tensor keys(std::int64_t layer) const;
  torch::Tensor values(std::int64_t layer) const;
  torch::Tensor positions() const { return positions_.flatten(); }  // (B × capacity) int64

  /// Keys and values (M, 2, H, D) of what cross-attention looks at, computed once; undefined before
  /// set_memory.
  torch::Tensor memory(std::int64_t layer) const;
  void set_memory(std::int64_t layer, const torch::Tensor& keys_and_values);

  /// Goes on with these sequences only, in this order; one may be taken several times.
  void select(const std::vector<std::int64_t>& sequences);

 private:
  struct Layer {
    torch::Tensor keys, values;  // (B, capacity, H, D)
    torch::Tensor memory;
  };
  void grow(std::int64_t capacity);

  std::vector<Layer> layers_;
  std::vector<std::int64_t> lengths_;
  std::int64_t capacity_ = 0;
  torch::Tensor positions_;  // (B, capacity) int64
  torch::Tensor places_;     // (N) int64: rows of the tokens of the last `extend`
};

}  // namespace roformer::attention
