// A checkpoint on given padded tensors, as Hugging Face's classes take them: what `roformer run`
// computes.
#pragma once
#include <torch/types.h>

#include <filesystem>

#include "roformer/checkpoint/safetensors.h"

namespace roformer::pipeline {

/// What besides the last hidden states is wanted, and where to compute.
struct PaddedRunOptions {
  bool hidden_states = false;
  bool attentions = false;
  torch::Device device = torch::kCPU;
};

/// Inputs: input_ids (B, T) of whole numbers; optional attention_mask, token_type_ids, position_ids
/// (packed/pack.h). Outputs, zero at padded places: last_hidden_state (B, T, hidden); logits if the
/// checkpoint's class has a head, (B, T, vocab), (B, num_labels) or (B, T, num_labels);
/// hidden_states.{i} (B, T, hidden), i = 0 after the embeddings; attentions.{i} (B, heads, T, T).
/// Throws Error for names and shapes that do not fit, and for ids out of range.
checkpoint::TensorMap run_padded(const std::filesystem::path& model_folder,
                                 const checkpoint::TensorMap& inputs,
                                 const PaddedRunOptions& options);

}  // namespace roformer::pipeline
