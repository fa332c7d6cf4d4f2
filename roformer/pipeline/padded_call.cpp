#include "roformer/pipeline/padded_call.h"

#include <torch/types.h>

#include <array>
#include <tuple>

#include "roformer/base/error.h"
#include "roformer/model/classifiers.h"

namespace roformer::pipeline {
namespace {

using checkpoint::Architecture;
using torch::Tensor;

constexpr std::array<const char*, 11> known_inputs = {
    "input_ids",     "attention_mask",        "token_type_ids",
    "position_ids",  "encoder_hidden_states", "encoder_attention_mask",
    "labels",        "next_sentence_label",   "start_positions",
    "end_positions", "prefix_lengths"};

void require_known(const format::TensorMap& inputs) {
  for (const auto& [name, tensor] : inputs) {
    base::require(std::find(known_inputs.begin(), known_inputs.end(), name) != known_inputs.end(),
                  "[pipeline] expected input_ids, attention_mask, token_type_ids or position_ids "
                  "(others: {}) but got '{}'",
                  fmt::join(known_inputs.begin() + 4, known_inputs.end(), ", "), name);
  }
  base::require(inputs.contains("input_ids"),
                "[pipeline] expected a tensor input_ids but got none");
}

// What of a padded row a class reads besides its tokens.
enum class ReadPlaces { tokens, first_column, last_column, every_column };

ReadPlaces places_read(const checkpoint::CheckpointConfig& config, bool wants_answer_loss) {
  const std::string& summary = config.head.summary.type;
  switch (config.architecture) {
    case Architecture::pooled_encoder:
    case Architecture::pooled_causal_language_model:
    case Architecture::pretraining:
    case Architecture::next_sentence:
    case Architecture::sequence_classifier:
      return ReadPlaces::first_column;
    case Architecture::multiple_choice:
      if (config.encoder.model_type == "bert" || summary == "first")
        return ReadPlaces::first_column;
      return summary == "last" ? ReadPlaces::last_column : ReadPlaces::every_column;
    case Architecture::question_answering:
      // The loss runs over every column.
      return wants_answer_loss ? ReadPlaces::every_column : ReadPlaces::tokens;
    default:
      return ReadPlaces::tokens;
  }
}

// The masked places that a padded model reads all the same: (B, T) bool, or undefined.
Tensor onlookers_of(const checkpoint::CheckpointConfig& config, bool wants_answer_loss,
                    const Tensor& ids) {
  const ReadPlaces read = places_read(config, wants_answer_loss);
  if (read == ReadPlaces::tokens || ids.size(1) == 0) return {};
  const Tensor places = torch::zeros(ids.sizes(), torch::kBool);
  if (read == ReadPlaces::first_column) places.select(1, 0).fill_(true);
  if (read == ReadPlaces::last_column) places.select(1, ids.size(1) - 1).fill_(true);
  if (read == ReadPlaces::every_column) places.fill_(true);
  return places;
}

bool is_whole(const Tensor& x) {
  return torch::isIntegralType(x.scalar_type(), /*includeBool=*/false);
}

std::string shape_of(const Tensor& x) {
  return fmt::format("({})", fmt::join(x.sizes().begin(), x.sizes().end(), ", "));
}

}  // namespace

PaddedCall::PaddedCall(const format::TensorMap& inputs, const checkpoint::CheckpointConfig& config,
                       torch::Device device) {
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
  require_pairs();
  const packed::PaddedInputs padded = padded_inputs(config);
  inputs_ = packed::pack(padded);
  mask_ = padded.attention_mask.defined() ? padded.attention_mask.eq(1)
                                          : torch::ones_like(padded.input_ids, torch::kBool);
  read_memory(config.encoder.hidden_size);
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

void PaddedCall::require_pairs() const {
  base::require(
      !has("encoder_attention_mask") || has("encoder_hidden_states"),
      "[pipeline] expected encoder_hidden_states with encoder_attention_mask but got none");
  base::require(has("start_positions") == has("end_positions"),
                "[pipeline] expected start_positions and end_positions together but got one");
}

void PaddedCall::read_memory(std::int64_t hidden_size) {
  if (!has("encoder_hidden_states")) return;
  const Tensor& hidden = tensors_["encoder_hidden_states"];
  base::require(hidden.dim() == 3 && hidden.size(0) == inputs_.rows &&
                    hidden.size(2) == hidden_size && hidden.is_floating_point(),
                "[pipeline] expected encoder_hidden_states of shape ({}, places, {}), floating "
                "point, but got {} of {}",
                inputs_.rows, hidden_size, shape_of(hidden), c10::toString(hidden.scalar_type()));
  packed::PaddedInputs places;
  places.input_ids = torch::zeros({hidden.size(0), hidden.size(1)}, torch::kInt64);
  if (has("encoder_attention_mask"))
    places.attention_mask = tensors_["encoder_attention_mask"].cpu();
  memory_inputs_ = packed::pack(places);
  memory_.hidden = hidden.to(torch::kFloat)
                       .flatten(0, 1)
                       .index_select(0, memory_inputs_.places.to(hidden.device()));
  memory_.cu_seqlens = memory_inputs_.batch.cu_seqlens;
}

model::ForwardOptions PaddedCall::forward_options() const {
  model::ForwardOptions options;
  if (memory_.hidden.defined()) options.memory = &memory_;
  if (!has("prefix_lengths")) return options;
  const Tensor prefix = whole_numbers("prefix_lengths", {inputs_.rows}, 0, inputs_.columns + 1);
  options.prefix_lengths = prefix.cpu();
  return options;
}

Tensor PaddedCall::whole_numbers(const std::string& name, const std::vector<std::int64_t>& shape,
                                 std::int64_t least, std::int64_t limit,
                                 std::optional<std::int64_t> besides) const {
  const Tensor& values = tensors_.at(name);
  base::require(is_whole(values) && values.sizes() == torch::IntArrayRef(shape),
                "[pipeline] expected {} of shape ({}), whole numbers, but got {} of {}", name,
                fmt::join(shape, ", "), shape_of(values), c10::toString(values.scalar_type()));
  const Tensor numbers = values.to(torch::kLong);
  Tensor wrong = numbers.lt(least).logical_or(numbers.ge(limit));
  if (besides) wrong = wrong.logical_and(numbers.ne(*besides));
  base::require(
      !wrong.any().item<bool>(), "[pipeline] expected {} from {} to {} but got {}", name, least,
      limit - 1,
      wrong.any().item<bool>() ? numbers.masked_select(wrong)[0].item<std::int64_t>() : 0);
  return numbers;
}

Tensor PaddedCall::token_labels(std::int64_t classes) const {
  return whole_numbers("labels", {inputs_.rows, inputs_.columns}, 0, classes, model::ignored_label)
      .flatten()
      .index_select(0, inputs_.places);
}

Tensor PaddedCall::next_token_labels(std::int64_t classes) const {
  const Tensor values =
      whole_numbers("labels", {inputs_.rows, inputs_.columns}, 0, classes, model::ignored_label);
  const Tensor shifted = torch::cat(
      {values.slice(1, 1), torch::full({inputs_.rows, 1}, model::ignored_label, values.options())},
      1);
  return shifted.flatten().index_select(0, inputs_.places);
}

Tensor PaddedCall::class_labels(const std::string& name, std::int64_t classes) const {
  const Tensor labels = whole_numbers(name, {inputs_.rows}, 0, classes, model::ignored_label);
  return labels.index_select(0, rows_with_tokens().to(labels.device()));
}

Tensor PaddedCall::choice_labels() const {
  const std::int64_t choices = std::max<std::int64_t>(1, num_choices_);
  return whole_numbers("labels", {inputs_.rows / choices}, 0, choices, model::ignored_label);
}

Tensor PaddedCall::answer_places(const std::string& name) const {
  const Tensor& values = tensors_.at(name);
  const bool column = values.dim() == 2 && values.size(1) == 1;
  base::require(is_whole(values) && (values.dim() == 1 || column) && values.size(0) == inputs_.rows,
                "[pipeline] expected {} of shape ({}), whole numbers, but got {} of {}", name,
                inputs_.rows, shape_of(values), c10::toString(values.scalar_type()));
  return values.flatten().to(torch::kLong);
}

Tensor PaddedCall::rows_with_tokens() const {
  return mask_.any(1).nonzero().flatten().cpu();
}

// Its place among the packed ones: where the first column stands, seen or only looking on.
Tensor PaddedCall::first_tokens() const {
  const Tensor at_first =
      inputs_.places.remainder(std::max<std::int64_t>(1, inputs_.columns)).eq(0);
  const Tensor index = at_first.nonzero().flatten();
  return index.index_select(0, rows_with_tokens().to(index.device()));
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
