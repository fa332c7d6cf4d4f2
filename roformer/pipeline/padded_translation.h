// An encoder-decoder on given padded tensors, as transformers' MarianMTModel takes them.
#pragma once
#include "roformer/checkpoint/folder.h"
#include "roformer/format/safetensors.h"
#include "roformer/pipeline/padded_run.h"

namespace roformer::pipeline {

/// Inputs: input_ids (B, M) and decoder_input_ids (B, T), optional attention_mask and
/// decoder_attention_mask likewise. Outputs: encoder_last_hidden_state (B, M, hidden),
/// last_hidden_state (B, T, hidden), logits (B, T, vocab_size); encoder_hidden_states.{i} and
/// decoder_hidden_states.{i} where asked for. Zero at padded places. Throws Error for names and
/// shapes that do not fit, and for ids out of range.
format::TensorMap run_padded_translation(const checkpoint::Folder& folder,
                                         const format::TensorMap& inputs,
                                         const PaddedRunOptions& options);

}  // namespace roformer::pipeline
