// A call as transformers' classes take it, padded, on its way to a packed model and back.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

#include "roformer/format/safetensors.h"
#include "roformer/head/model.h"
#include "roformer/model/encoder.h"
#include "roformer/packed/pack.h"

namespace roformer::head {

/// A label that does not count.
constexpr std::int64_t ignored_label = -100;
/// The mean cross entropy of logits (M, classes) against labels (M) int64, ignored_label left out.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

/// The tensors of a call, by transformers' names:
///   input_ids (B, T), or (B, C, T) of multiple choice; optional attention_mask, token_type_ids,
///   position_ids likewise (packed/pack.h);
///   encoder_hidden_states (B, M, hidden) and encoder_attention_mask (B, M) for cross-attention;
///   prefix_lengths (B): the first tokens that every token of a causal model sees;
///   labels and what else heads call them (Description::labels): ask for the loss.
/// Throws Error for other names and for shapes that do not fit.
class PaddedCall {
 public:
  /// What `model` reads of the tensors, on a device; `dropout_seed` counts in training.
  PaddedCall(const format::TensorMap& inputs, Model& model, torch::Device device,
             std::uint64_t dropout_seed = 0);

  std::uint64_t dropout_seed() const { return dropout_seed_; }
  const packed::PackedInputs& inputs() const { return inputs_; }
  const packed::PackedBatch& batch() const { return inputs_.batch; }
  /// Places of encoder_hidden_states that are not masked; without them nothing.
  const packed::PackedInputs& memory_inputs() const { return memory_inputs_; }
  /// Memory, prefix and seed for the forward pass; refers to this call.
  model::ForwardOptions forward_options() const;
  std::int64_t num_choices() const { return num_choices_; }

  /// Whether the call has an input of this name, and the input.
  bool has(const std::string& name) const { return tensors_.contains(name); }
  const torch::Tensor& operator[](const std::string& name) const { return tensors_.at(name); }
  /// An input of this shape as int64. Throws Error unless all are whole numbers from `least` to
  /// `limit` − 1, or `besides`.
  torch::Tensor whole_numbers(const std::string& name, const std::vector<std::int64_t>& shape,
                              std::int64_t least, std::int64_t limit,
                              std::optional<std::int64_t> besides = {}) const;
  /// Labels (B, T) of classes or ignored_label, at the packed places: (N). Labels of padded places
  /// do not count, where transformers counts all that are not −100. With `next` each place has the
  /// label of the next column, the last none.
  torch::Tensor token_labels(std::int64_t classes, bool next = false) const;
  /// Labels (B) of classes, of the sequences that have tokens: (S).
  torch::Tensor class_labels(const std::string& name, std::int64_t classes) const;

  /// Numbers (S) of the sequences that have tokens.
  torch::Tensor rows_with_tokens() const;
  /// Of values (N, …) those of these sequences' first column, (S, …): [CLS], as transformers reads
  /// it, masked or not.
  torch::Tensor first(const torch::Tensor& values) const;
  /// Values (S, …) of those sequences among the others, which are zero: (B, …).
  torch::Tensor spread_rows(const torch::Tensor& values) const;
  /// Values (N, …) at their places, zero where the mask is 0: (B, T, …).
  torch::Tensor unpack(const torch::Tensor& values) const;

 private:
  void flatten_choices();
  packed::PaddedInputs padded_inputs(Columns read) const;
  void read_memory(std::int64_t hidden_size);

  format::TensorMap tensors_;
  std::uint64_t dropout_seed_;
  std::int64_t num_choices_ = 0;
  packed::PackedInputs inputs_;
  torch::Tensor mask_;                  // (B, T) bool
  packed::PackedInputs memory_inputs_;  // places of encoder_hidden_states
  model::Memory memory_;
};

}  // namespace roformer::head
