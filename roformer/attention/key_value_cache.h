// Keys and values of the tokens so far, so that a decoder computes each token once. Keys are kept
// rotated, as transformers keeps them: a position never changes once it is given.
//
// Each sequence lives in a slot of rows. Beam search goes on with some sequences several times and
// with others not at all: the first to go on stays where it is, the others get a slot that is free.
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

  /// Where the same numbers lie, of H heads of D, float32 on the CPU: row r of the spans' keys at
  /// r × H D. Valid until the next `extend` or `select`.
  struct Rows {
    float* keys;
    float* values;
  };
  Rows rows(std::int64_t layer, std::int64_t heads, std::int64_t head_size);

  /// What the spans' keys are rows of: (slots × capacity, H, D).
  torch::Tensor keys(std::int64_t layer) const { return at(layer).keys.flatten(0, 1); }
  torch::Tensor values(std::int64_t layer) const { return at(layer).values.flatten(0, 1); }
  torch::Tensor positions() const { return positions_.flatten(); }  // (slots × capacity) int64

  /// Keys and values (M, 2, H, D) of what cross-attention looks at, computed once; undefined before
  /// set_memory. `select` leaves it alone: the spans of cross-attention say who looks where.
  torch::Tensor memory(std::int64_t layer) const { return at(layer).memory; }
  void set_memory(std::int64_t layer, const torch::Tensor& keys_and_values) {
    layers_.at(static_cast<std::size_t>(layer)).memory = keys_and_values;
  }

  /// Goes on with these sequences only, in this order; one may be taken several times. Copies what
  /// the sequences taken again have and their new slots do not have already.
  void select(const std::vector<std::int64_t>& sequences);

  /// `count` sequences more, without tokens, behind the others; in slots that no sequence has, as far
  /// as there are some.
  void add(std::int64_t count);

  /// The slot of sequence b: its keys are rows slot × capacity ….
  std::int64_t slot(std::int64_t b) const { return slots_.at(static_cast<std::size_t>(b)); }
  std::int64_t num_slots() const { return std::ssize(written_); }
  /// Rows that `select` has copied so far, of one layer.
  std::int64_t copied_rows() const { return copied_rows_; }

 private:
  struct Layer {
    torch::Tensor keys, values;  // (slots, capacity, H, D)
    torch::Tensor memory;
  };
  // Rows first … first + count of one slot, to the same rows of another.
  struct Copy {
    std::int64_t from, to, first, count;
  };
  const Layer& at(std::int64_t layer) const { return layers_.at(static_cast<std::size_t>(layer)); }
  Layer& with_memory(std::int64_t layer, std::int64_t heads, std::int64_t head_size,
                     const torch::TensorOptions& options);
  void resize(std::int64_t num_slots, std::int64_t capacity);
  std::vector<std::int64_t> free_slots() const;
  std::int64_t take_free_slot(std::vector<std::int64_t>& free, std::int64_t parent,
                              std::int64_t length, std::vector<Copy>& copies);
  void copy(const std::vector<Copy>& copies);

  std::vector<Layer> layers_;
  std::vector<std::int64_t> lengths_, slots_;  // of each sequence
  // Of each slot and row, the number of the write that it comes from: equal numbers, equal rows.
  std::vector<std::vector<std::int64_t>> written_;
  std::int64_t writes_ = 0;
  std::int64_t capacity_ = 0;
  std::int64_t copied_rows_ = 0;
  torch::Tensor positions_;  // (slots, capacity) int64
  torch::Tensor places_;     // (N) int64: rows of the tokens of the last `extend`
};

}  // namespace roformer::attention
