#include "roformer/pipeline/padded_run.h"

#include <torch/autograd.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/model/heads.h"
#include "roformer/packed/pack.h"

namespace roformer::pipeline {
namespace {

using checkpoint::Architecture;
using checkpoint::TensorMap;
using packed::PackedInputs;

packed::PaddedInputs padded_inputs(const TensorMap& inputs, torch::Device device) {
  packed::PaddedInputs padded;
  for (const auto& [name, tensor] : inputs) {
    const torch::Tensor moved = tensor.to(device);
    if (name == "input_ids") {
      padded.input_ids = moved;
    } else if (name == "attention_mask") {
      padded.attention_mask = moved;
    } else if (name == "token_type_ids") {
      padded.token_type_ids = moved;
    } else if (name == "position_ids") {
      padded.position_ids = moved;
    } else {
      base::fail(
          "[pipeline] expected input_ids, attention_mask, token_type_ids or position_ids but got "
          "'{}'",
          name);
    }
  }
  return padded;
}

// The same tokens without the sequences that have none, which no model has an answer for.
packed::PackedBatch without_empty(const packed::PackedBatch& batch) {
  packed::PackedBatch result = batch;
  result.cu_seqlens = std::get<0>(torch::unique_consecutive(batch.cu_seqlens));
  return result;
}

// Values (rows with tokens, …) among the other rows, which are zero: (B, …).
torch::Tensor spread_rows(const torch::Tensor& values, const PackedInputs& inputs) {
  const torch::Tensor rows = inputs.batch.cu_seqlens.diff().nonzero().flatten().to(values.device());
  std::vector<std::int64_t> shape = values.sizes().vec();
  shape[0] = inputs.rows;
  return torch::zeros(shape, values.options()).index_copy(0, rows, values);
}

// The weights of one layer, (heads, T_b, T_b) for each sequence with tokens, at their places: (B,
// heads, T, T).
torch::Tensor unpack_attentions(const std::vector<torch::Tensor>& weights,
                                const PackedInputs& inputs, std::int64_t heads) {
  const std::int64_t columns = inputs.columns;
  torch::Tensor padded = torch::zeros({inputs.rows, heads, columns, columns}, torch::kFloat);
  const auto begins = inputs.batch.cu_seqlens.accessor<std::int32_t, 1>();
  std::size_t next = 0;
  for (std::int64_t row = 0; row < inputs.rows; ++row) {
    const torch::Tensor kept =
        inputs.places.slice(0, begins[row], begins[row + 1]).cpu() - row * columns;
    if (kept.size(0) == 0) continue;
    const torch::Tensor spread =
        torch::zeros({heads, kept.size(0), columns})
            .index_copy(2, kept, weights.at(next++).cpu().to(torch::kFloat));
    padded[row].index_copy_(1, kept, spread);
  }
  return padded;
}

// One forward pass through whichever class the checkpoint was saved as.
class PaddedRun {
 public:
  PaddedRun(const PackedInputs& inputs, const PaddedRunOptions& options)
      : inputs_(inputs), batch_(without_empty(inputs.batch)), options_(options) {
    trace_.want_hidden_states = true;
    trace_.want_attentions = options.attentions;
    forward_.trace = &trace_;
  }

  TensorMap operator()(const std::filesystem::path& folder, Architecture architecture) {
    switch (architecture) {
      case Architecture::masked_language_model: {
        auto model = load<model::MaskedLanguageModel>(folder);
        add_unpacked("logits", model->logits(model->encoder()->forward(batch_, forward_)));
        return finish(model->encoder()->config());
      }
      case Architecture::sequence_classifier: {
        auto model = load<model::SequenceClassifier>(folder);
        outputs_["logits"] = spread_rows(model->forward(batch_, forward_), inputs_);
        return finish(model->encoder()->config());
      }
      case Architecture::token_classifier: {
        auto model = load<model::TokenClassifier>(folder);
        add_unpacked("logits", model->forward(batch_, forward_));
        return finish(model->encoder()->config());
      }
      default: {
        auto model = load<model::Encoder>(folder);
        model->forward(batch_, forward_);
        return finish(model->config());
      }
    }
  }

 private:
  template <typename Module>
  Module load(const std::filesystem::path& folder) const {
    auto loaded = checkpoint::load_model<Module>(folder);
    checkpoint::warn_of_missing(loaded.report, folder);
    loaded.module->to(options_.device);
    return loaded.module;
  }

  void add_unpacked(const std::string& name, const torch::Tensor& values) {
    outputs_[name] = packed::unpack(values, inputs_);
  }

  TensorMap finish(const model::EncoderConfig& config) {
    add_unpacked("last_hidden_state", trace_.hidden_states.back());
    if (options_.hidden_states) {
      for (std::size_t i = 0; i < trace_.hidden_states.size(); ++i) {
        add_unpacked("hidden_states." + std::to_string(i), trace_.hidden_states[i]);
      }
    }
    for (std::size_t i = 0; i < trace_.attentions.size(); ++i) {
      outputs_["attentions." + std::to_string(i)] =
          unpack_attentions(trace_.attentions[i], inputs_, config.num_attention_heads);
    }
    return std::move(outputs_);
  }

  const PackedInputs& inputs_;
  const packed::PackedBatch batch_;
  const PaddedRunOptions& options_;
  model::EncoderTrace trace_;
  model::ForwardOptions forward_;
  TensorMap outputs_;
};

}  // namespace

TensorMap run_padded(const std::filesystem::path& model_folder, const TensorMap& inputs,
                     const PaddedRunOptions& options) {
  const torch::NoGradGuard no_grad;
  const PackedInputs packed_inputs = packed::pack(padded_inputs(inputs, options.device));
  const Architecture architecture = checkpoint::load_config(model_folder).architecture;
  return PaddedRun(packed_inputs, options)(model_folder, architecture);
}

}  // namespace roformer::pipeline
