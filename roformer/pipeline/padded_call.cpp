#include "roformer/pipeline/padded_call.h"

#include <torch/torch.h>

#include <array>
#include <tuple>

#include "roformer/base/error.h"

namespace roformer::pipeline {
namespace {

using checkpoint::Architecture;
using torch::Tensor;

constexpr std::array<const char*, 11> known_inputs = {
    "input_ids",     "attention_mask",        "token_type_ids",
    "position_ids",  "encoder_hidden_states", "encoder_attention_mask",
    "labels",        "next_sentence_label",   "start_positions",
    "end_positions", "prefix_lengths"};

void require_known(const checkpoint::TensorMap& inputs) {
  for (const auto& [name, tensor] : inputs) {
    base::require(std::find(known_inputs.begin(), known_inputs.end(), name) != known_inputs.end(),
                  "[pipeline] expected input_ids, attention_mask, token_type_ids or position_ids "
                  "(others: {}) but got '{}'",
                  fmt::join(known_inputs.begin() + 4, known_inputs.end(), ", "), name);
  }
  base::require(inputs.contains("input_ids"),
                "[pipeline] expected a tensor input_ids but got none");
}

// Which masked places a padded model reads all the same: the last column or all of multiple choice,
// and all where the loss of an answer's place runs over every column.
Tensor onlookers_of(const checkpoint::CheckpointConfig& config, bool wants_answer_loss,
                    const Tensor& ids) {
  const Tensor none = torch::zeros(ids.sizes(), torch::kBool);
  if (config.architecture == Architecture::question_answering && wants_answer_loss)
    return torch::ones_like(none);
  if (config.architecture != Architecture::multiple_choice || ids.size(1) == 0) return {};
  const std::string& type = config.encoder.summary.type;
  if (config.encoder.model_type == "bert" || type == "first") {
    none.select(1, 0).fill_(true);
  } else if (type == "last") {
    none.select(1, ids.size(1) - 1).fill_(true);
  } else {
    none.fill_(true);
  }
  return none;
}

}  // namespace

PaddedCall::PaddedCall(const checkpoint::TensorMap& inputs,
                       const checkpoint::CheckpointConfig& config, torch::Device device) {
  require_known(inputs);
  for (const auto& [name, tensor] : inputs) tensors_[name] = tensor.to(device);
  if (config.architecture == Architecture::multiple_choice) {
    const Tensor& ids = tensors_["input_ids"];
    base::require(ids.dim() == 3,
                  "[pipeline] expected input_ids of shape (rows, choices, columns) for multiple "
                  "choice but got {} dimensions",
                  ids.dim());
    num_choices_ = ids.size(1);
    for (const char* name : {"input_ids", "attention_mask", "token_type_ids", "position_ids"}) {
      if (has(name) && tensors_[name].dim() == 3) tensors_[name] = tensors_[name].flatten(0, 1);
    }
  }
  const packed::PaddedInputs padded = padded_inputs(config);
  inputs_ = packed::pack(padded);
  mask_ = padded.attention_mask.defined() ? padded.attention_mask.eq(1)
                                          : torch::ones_like(padded.input_ids, torch::kBool);
  read_memory();
}

packed::PaddedInputs PaddedCall::padded_inputs(const checkpoint::CheckpointConfig& config) {
  packed::PaddedInputs padded;
  const auto take = [&](const char* name) { return has(name) ? tensors_[name] : Tensor(); };
  padded.input_ids = take("input_ids");
  padded.attention_mask = take("attention_mask");
  padded.token_type_ids = take("token_type_ids");
  padded.position_ids = take("position_ids");
  if (padded.input_ids.dim() == 2) {
    padded.onlookers = onlookers_of(config, has("start_positions"), padded.input_ids);
    if (padded.onlookers.defined())
      padded.onlookers = padded.onlookers.to(padded.input_ids.device());
  }
  return padded;
}

void PaddedCall::read_memory() {
  if (!has("encoder_hidden_states")) return;
  const Tensor& hidden = tensors_["encoder_hidden_states"];
  base::require(hidden.dim() == 3 && hidden.size(0) == inputs_.rows,
                "[pipeline] expected encoder_hidden_states of shape ({}, places, hidden) but got "
                "{} dimensions, {} rows",
                inputs_.rows, hidden.dim(), hidden.dim() > 0 ? hidden.size(0) : 0);
  packed::PaddedInputs places;
  places.input_ids = torch::zeros({hidden.size(0), hidden.size(1)}, torch::kInt64);
  if (has("encoder_attention_mask"))
    places.attention_mask = tensors_["encoder_attention_mask"].cpu();
  const packed::PackedInputs kept = packed::pack(places);
  memory_.hidden =
      hidden.to(torch::kFloat).flatten(0, 1).index_select(0, kept.places.to(hidden.device()));
  memory_.cu_seqlens = kept.batch.cu_seqlens;
}

model::ForwardOptions PaddedCall::forward_options() const {
  model::ForwardOptions options;
  if (memory_.hidden.defined()) options.memory = &memory_;
  if (has("prefix_lengths")) {
    options.prefix_lengths = tensors_.at("prefix_lengths").cpu();
    base::require(
        options.prefix_lengths.dim() == 1 && options.prefix_lengths.size(0) == inputs_.rows,
        "[pipeline] expected prefix_lengths of shape ({}) but got {} dimensions", inputs_.rows,
        options.prefix_lengths.dim());
  }
  return options;
}

Tensor PaddedCall::flat(const std::string& name) const {
  const Tensor& values = tensors_.at(name);
  base::require(
      values.dim() == 2 && values.size(0) == inputs_.rows && values.size(1) == inputs_.columns,
      "[pipeline] expected {} of shape ({}, {}) but got {} dimensions", name, inputs_.rows,
      inputs_.columns, values.dim());
  return values.flatten().to(torch::kLong);
}

Tensor PaddedCall::at_tokens(const std::string& name) const {
  return flat(name).index_select(0, inputs_.places);
}

Tensor PaddedCall::at_next_tokens(const std::string& name, std::int64_t missing) const {
  const Tensor values = flat(name).view({inputs_.rows, inputs_.columns});
  const Tensor shifted = torch::cat(
      {values.slice(1, 1), torch::full({inputs_.rows, 1}, missing, values.options())}, 1);
  return shifted.flatten().index_select(0, inputs_.places);
}

Tensor PaddedCall::rows_with_tokens() const {
  return inputs_.batch.cu_seqlens.diff().nonzero().flatten();
}

Tensor PaddedCall::first_tokens() const {
  return inputs_.batch.cu_seqlens.index_select(0, rows_with_tokens())
      .to(torch::kLong)
      .to(inputs_.batch.tokens.device());
}

Tensor PaddedCall::spread_rows(const Tensor& values) const {
  std::vector<std::int64_t> shape = values.sizes().vec();
  shape[0] = inputs_.rows;
  return torch::zeros(shape, values.options())
      .index_copy(0, rows_with_tokens().to(values.device()), values);
}

Tensor PaddedCall::unpack(const Tensor& values) const {
  const Tensor padded = packed::unpack(values, inputs_);
  if (!inputs_.batch.num_keys.defined()) return padded;
  std::vector<std::int64_t> shape(static_cast<std::size_t>(padded.dim()), 1);
  shape[0] = inputs_.rows;
  shape[1] = inputs_.columns;
  return padded.masked_fill(mask_.view(shape).logical_not(), 0);
}

}  // namespace roformer::pipeline
