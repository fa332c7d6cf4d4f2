// A checkpoint on given padded tensors, as Hugging Face's classes take them: what `roformer run`
// computes.
#pragma once
#include <torch/types.h>

#include <filesystem>

#include "roformer/format/safetensors.h"
#include "roformer/pipeline/lines.h"

namespace roformer::pipeline {

/// What besides the last hidden states is wanted.
struct PaddedRunOptions : PipelineOptions {
  bool hidden_states = false;
  bool attentions = false;
};

/// Inputs: head/padded_call.h. Outputs: last_hidden_state (B, T, hidden), the head's (its file in
/// head/); hidden_states.{i} (B, T, hidden), i = 0 after the embeddings; attentions.{i}
/// (B, heads, T, T), cross_attentions.{i} (B, heads, T, M). 0 at padded places. Encoder-decoders:
/// padded_translation.h. Throws Error for names and shapes that do not fit and ids out of range.
format::TensorMap run_padded(const std::filesystem::path& model_folder,
                             const format::TensorMap& inputs, const PaddedRunOptions& options);

}  // namespace roformer::pipeline
