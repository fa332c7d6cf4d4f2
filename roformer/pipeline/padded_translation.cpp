#include "roformer/pipeline/padded_translation.h"
#include "roformer/pipeline/settle.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <string>

#include "roformer/base/error.h"
#include "roformer/checkpoint/translation_folder.h"
#include "roformer/packed/pack.h"

namespace roformer::pipeline {
namespace {

using format::TensorMap;
using torch::Tensor;

void require_translation_inputs(const TensorMap& inputs) {
  for (const auto& [name, tensor] : inputs) {
    base::require(name == "input_ids" || name == "attention_mask" || name == "decoder_input_ids" ||
                      name == "decoder_attention_mask",
                  "[pipeline] expected input_ids, decoder_input_ids, attention_mask or "
                  "decoder_attention_mask for an encoder-decoder but got '{}'",
                  name);
  }
  for (const char* name : {"input_ids", "decoder_input_ids"}) {
    base::require(inputs.contains(name),
                  "[pipeline] expected a tensor {} for an encoder-decoder but got none", name);
  }
}

packed::PackedInputs pack_side(const TensorMap& inputs, const std::string& prefix,
                               torch::Device device) {
  packed::PaddedInputs padded;
  padded.input_ids = inputs.at(prefix + "input_ids").to(device);
  const auto mask = inputs.find(prefix + "attention_mask");
  if (mask != inputs.end()) padded.attention_mask = mask->second.to(device);
  return packed::pack(padded);
}

void add_states(const model::EncoderTrace& trace, const packed::PackedInputs& inputs,
                const std::string& prefix, TensorMap& outputs) {
  for (std::size_t i = 0; i < trace.hidden_states.size(); ++i)
    outputs[prefix + std::to_string(i)] = packed::unpack(trace.hidden_states[i], inputs);
}

}  // namespace

TensorMap run_padded_translation(const checkpoint::Folder& folder, const TensorMap& inputs,
                                 const PaddedRunOptions& options) {
  const torch::NoGradGuard no_gradient;
  require_translation_inputs(inputs);
  base::require(!options.attentions,
                "[pipeline] expected no request for attention weights of an encoder-decoder: "
                "translate --json has those of cross-attention");
  auto module = checkpoint::load_translation_model(folder).module;
  settle(*module, options);
  const auto source = pack_side(inputs, "", options.device),
             target = pack_side(inputs, "decoder_", options.device);
  base::require(source.rows == target.rows,
                "[pipeline] expected as many rows of decoder_input_ids as of input_ids, {}, but "
                "got {}",
                source.rows, target.rows);
  model::EncoderTrace source_trace, target_trace;
  source_trace.want_hidden_states = target_trace.want_hidden_states = options.hidden_states;
  model::ForwardOptions encoding, decoding;
  encoding.trace = &source_trace;
  decoding.trace = &target_trace;
  const model::Memory memory{module->encode(source.batch, encoding), source.batch.cu_seqlens};
  decoding.memory = &memory;
  const Tensor hidden = module->decode(target.batch, decoding);
  TensorMap outputs;
  outputs["encoder_last_hidden_state"] = packed::unpack(memory.hidden, source);
  outputs["last_hidden_state"] = packed::unpack(hidden, target);
  outputs["logits"] = packed::unpack(module->logits(hidden), target);
  add_states(source_trace, source, "encoder_hidden_states.", outputs);
  add_states(target_trace, target, "decoder_hidden_states.", outputs);
  return outputs;
}

}  // namespace roformer::pipeline
