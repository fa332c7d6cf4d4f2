// A call as transformers' classes take it, padded, on its way to a packed model and back.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

#include "roformer/checkpoint/config_file.h"
#include "roformer/format/safetensors.h"
#include "roformer/model/encoder.h"
#include "roformer/packed/pack.h"

namespace roformer::pipeline {

/// The tensors of a call, by transformers' names:
///   input_ids (B, T), or (B, C, T) of multiple choice; optional attention_mask, token_type_ids,
///   position_ids likewise (packed/pack.h);
///   encoder_hidden_states (B, M, hidden) and encoder_attention_mask (B, M) for cross-attention;
///   prefix_lengths (B): the first tokens that every token of a causal model sees;
///   labels, next_sentence_label, start_positions, end_positions: ask for the loss.
/// Throws Error for other names and for shapes that do not fit.
class PaddedCall {
 public:
  PaddedCall(const format::TensorMap& inputs, const checkpoint::CheckpointConfig& config,
             torch::Device device);

  const packed::PackedInputs& inputs() const { return inputs_; }
  const packed::PackedBatch& batch() const { return inputs_.batch; }
  /// Places of encoder_hidden_states that are not masked; without them nothing.
  const packed::PackedInputs& memory_inputs() const { return memory_inputs_; }
  /// Memory and prefix for the forward pass; refers to this call.
  model::ForwardOptions forward_options() const;
  std::int64_t num_choices() const { return num_choices_; }

  /// Whether the call has an input of this name, and the input.
  bool has(const std::string& name) const { return tensors_.contains(name); }
  const torch::Tensor& operator[](const std::string& name) const { return tensors_.at(name); }
  /// Labels (B, T) of classes or ignored_label, at the packed places: (N). Labels of padded places
  /// do not count, where transformers counts all that are not −100.
  torch::Tensor token_labels(std::int64_t classes) const;
  /// The same of the next column, ignored beyond the last.
  torch::Tensor next_token_labels(std::int64_t classes) const;
  /// Labels (B) of classes, of the sequences that have tokens: (S).
  torch::Tensor class_labels(const std::string& name, std::int64_t classes) const;
  /// Labels of multiple choice, one for all choices of a question.
  torch::Tensor choice_labels() const;
  /// start_positions or end_positions, (B) or (B, 1): (B).
  torch::Tensor answer_places(const std::string& name) const;

  /// Numbers (S) of the sequences that have tokens, and the packed places (S) of their first
  /// column: [CLS], as transformers reads it, masked or not.
  torch::Tensor rows_with_tokens() const;
  torch::Tensor first_tokens() const;
  /// Values (S, …) of those sequences among the others, which are zero: (B, …).
  torch::Tensor spread_rows(const torch::Tensor& values) const;
  /// Values (N, …) at their places, zero where the mask is 0: (B, T, …).
  torch::Tensor unpack(const torch::Tensor& values) const;

 private:
  packed::PaddedInputs padded_inputs(const checkpoint::CheckpointConfig& config);
  void require_pairs() const;
  void read_memory(std::int64_t hidden_size);
  torch::Tensor whole_numbers(const std::string& name, const std::vector<std::int64_t>& shape,
                              std::int64_t least, std::int64_t limit,
                              std::optional<std::int64_t> besides = {}) const;

  format::TensorMap tensors_;
  std::int64_t num_choices_ = 0;
  packed::PackedInputs inputs_;
  torch::Tensor mask_;                  // (B, T) bool
  packed::PackedInputs memory_inputs_;  // places of encoder_hidden_states
  model::Memory memory_;
};

}  // namespace roformer::pipeline
