#include "roformer/pipeline/padded_run.h"
#include "roformer/pipeline/settle.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <string>
#include <utility>
#include <vector>

#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/marian_config.h"
#include "roformer/head/padded_call.h"
#include "roformer/pipeline/padded_translation.h"

namespace roformer::pipeline {
namespace {

using format::TensorMap;
using torch::Tensor;

// The columns of each row's packed places: what weights are spread over.
struct RowColumns {
  std::vector<Tensor> of_row;  // int64
  std::int64_t count = 0;
};

RowColumns columns_of(const packed::PackedInputs& inputs) {
  RowColumns columns;
  columns.count = inputs.columns;
  const auto begins = inputs.batch.cu_seqlens.accessor<std::int32_t, 1>();
  for (std::int64_t row = 0; row < inputs.rows; ++row) {
    std::int64_t end = begins[row + 1];
    if (inputs.batch.num_keys.defined())
      end = begins[row] + inputs.batch.num_keys[row].item<std::int64_t>();
    columns.of_row.push_back(inputs.places.slice(0, begins[row], end).cpu() - row * inputs.columns);
  }
  return columns;
}

// Weights (heads, T_b, K_b) of each sequence at their places: (B, heads, T, K).
Tensor spread_weights(const std::vector<Tensor>& weights, const RowColumns& queries,
                      const RowColumns& keys, std::int64_t heads) {
  const auto rows = static_cast<std::int64_t>(weights.size());
  Tensor padded = torch::zeros({rows, heads, queries.count, keys.count}, torch::kFloat);
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto index = static_cast<std::size_t>(row);
    const Tensor kept = queries.of_row[index];
    const Tensor one = weights[index].cpu().to(torch::kFloat).narrow(1, 0, kept.size(0));
    const Tensor spread =
        torch::zeros({heads, kept.size(0), keys.count}).index_copy(2, keys.of_row[index], one);
    padded[row].index_copy_(1, kept, spread);
  }
  return padded;
}

void add_traces(const model::EncoderTrace& trace, const head::PaddedCall& call,
                const PaddedRunOptions& options, std::int64_t heads, TensorMap& outputs) {
  outputs["last_hidden_state"] = call.unpack(trace.hidden_states.back());
  if (options.hidden_states) {
    for (std::size_t i = 0; i < trace.hidden_states.size(); ++i)
      outputs["hidden_states." + std::to_string(i)] = call.unpack(trace.hidden_states[i]);
  }
  if (!options.attentions) return;
  const RowColumns tokens = columns_of(call.inputs());
  for (std::size_t i = 0; i < trace.attentions.size(); ++i) {
    outputs["attentions." + std::to_string(i)] =
        spread_weights(trace.attentions[i], tokens, tokens, heads);
  }
  if (trace.cross_attentions.empty()) return;
  const RowColumns memory = columns_of(call.memory_inputs());
  for (std::size_t i = 0; i < trace.cross_attentions.size(); ++i) {
    outputs["cross_attentions." + std::to_string(i)] =
        spread_weights(trace.cross_attentions[i], tokens, memory, heads);
  }
}

}  // namespace

TensorMap run_padded(const std::filesystem::path& model_folder, const TensorMap& inputs,
                     const PaddedRunOptions& options) {
  const torch::NoGradGuard no_grad;
  const checkpoint::Folder folder(model_folder);
  if (folder.is_translation()) return run_padded_translation(folder, inputs, options);
  const auto [model, config, report] = checkpoint::load_model(folder);
  checkpoint::warn_of_missing(report, model_folder);
  settle(model->module(), options);
  const head::PaddedCall call(inputs, *model, options.device);
  model::EncoderTrace trace;
  trace.want_hidden_states = true;
  trace.want_attentions = options.attentions;
  model::ForwardOptions forward = call.forward_options();
  forward.trace = &trace;
  const Tensor hidden = model->encoder()->forward(call.batch(), forward);
  TensorMap outputs = model->outputs(hidden, call);
  add_traces(trace, call, options, config.encoder.num_attention_heads, outputs);
  return outputs;
}

}  // namespace roformer::pipeline
