#include "roformer/head/padded_call.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/head/registry.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// Names of tensors, the labels of all heads behind the others.
std::vector<std::string> known_names() {
  std::vector<std::string> known = {
      "input_ids",     "attention_mask",        "token_type_ids",
      "position_ids",  "encoder_hidden_states", "encoder_attention_mask",
      "prefix_lengths"};
  for (const Description& head : all()) {
    for (const std::string& name : head.labels) {
      if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
    }
  }
  return known;
}

void require_known(const format::TensorMap& inputs) {
  const std::vector<std::string> known = known_names();
  for (const auto& [name, tensor] : inputs) {
    base::require(std::find(known.begin(), known.end(), name) != known.end(),
                  "[head] expected input_ids, attention_mask, token_type_ids or position_ids "
                  "(others: {}) but got '{}'",
                  fmt::join(known.begin() + 4, known.end(), ", "), name);
  }
  base::require(inputs.contains("input_ids"), "[head] expected a tensor input_ids but got none");
}

// The masked places that a head reads all the same: (B, T) bool, or undefined.
Tensor onlookers_of(Columns read, const Tensor& ids) {
  if (read == Columns::tokens || ids.dim() != 2 || ids.size(1) == 0) return {};
  Tensor places = torch::zeros(ids.sizes(), ids.options().dtype(torch::kBool));
  if (read == Columns::first) places.select(1, 0).fill_(true);
  if (read == Columns::last) places.select(1, ids.size(1) - 1).fill_(true);
  if (read == Columns::all) places.fill_(true);
  return places;
}

std::string shape_of(const Tensor& x) {
  return format::format_shape(x.sizes().vec());
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, ignored_label);
}

PaddedCall::PaddedCall(const format::TensorMap& inputs, Model& model, torch::Device device,
                       std::uint64_t dropout_seed)
    : dropout_seed_(dropout_seed) {
  require_known(inputs);
  base::require(
      !inputs.contains("encoder_attention_mask") || inputs.contains("encoder_hidden_states"),
      "[head] expected encoder_hidden_states with encoder_attention_mask but got none");
  for (const auto& [name, tensor] : inputs) tensors_[name] = tensor.to(device);
  const Reading reading = model.reading(inputs);
  if (reading.choices) flatten_choices();
  const packed::PaddedInputs padded = padded_inputs(reading.columns);
  inputs_ = packed::pack(padded);
  mask_ = padded.attention_mask.defined() ? padded.attention_mask.eq(1)
                                          : torch::ones_like(padded.input_ids, torch::kBool);
  read_memory(model.config().hidden_size);
}

void PaddedCall::flatten_choices() {
  const Tensor& ids = tensors_["input_ids"];
  base::require(
      ids.dim() == 3,
      "[head] expected input_ids of shape (rows, choices, columns) for multiple choice but "
      "got {} dimensions",
      ids.dim());
  num_choices_ = ids.size(1);
  for (const char* name : {"input_ids", "attention_mask", "token_type_ids", "position_ids"}) {
    if (has(name) && tensors_[name].dim() == 3) tensors_[name] = tensors_[name].flatten(0, 1);
  }
}

packed::PaddedInputs PaddedCall::padded_inputs(Columns read) const {
  const auto take = [&](const char* name) { return has(name) ? tensors_.at(name) : Tensor(); };
  return {take("input_ids"), take("attention_mask"), take("token_type_ids"), take("position_ids"),
          onlookers_of(read, take("input_ids"))};
}

void PaddedCall::read_memory(std::int64_t hidden_size) {
  if (!has("encoder_hidden_states")) return;
  const Tensor& hidden = tensors_["encoder_hidden_states"];
  base::require(hidden.dim() == 3 && hidden.size(0) == inputs_.rows &&
                    hidden.size(2) == hidden_size && hidden.is_floating_point(),
                "[head] expected encoder_hidden_states of shape ({}, places, {}), floating "
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
  options.dropout_seed = dropout_seed_;
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
  base::require(at::isIntegralType(values.scalar_type(), /*includeBool=*/false) &&
                    values.sizes() == torch::IntArrayRef(shape),
                "[head] expected {} of shape ({}), whole numbers, but got {} of {}", name,
                fmt::join(shape, ", "), shape_of(values), c10::toString(values.scalar_type()));
  Tensor numbers = values.to(torch::kLong);
  Tensor wrong = numbers.lt(least).logical_or(numbers.ge(limit));
  if (besides) wrong = wrong.logical_and(numbers.ne(*besides));
  base::require(
      !wrong.any().item<bool>(), "[head] expected {} from {} to {} but got {}", name, least,
      limit - 1,
      wrong.any().item<bool>() ? numbers.masked_select(wrong)[0].item<std::int64_t>() : 0);
  return numbers;
}

Tensor PaddedCall::token_labels(std::int64_t classes, bool next) const {
  Tensor labels =
      whole_numbers("labels", {inputs_.rows, inputs_.columns}, 0, classes, ignored_label);
  if (next) labels = at::constant_pad_nd(labels.slice(1, 1), {0, 1}, ignored_label);
  return labels.flatten().index_select(0, inputs_.places);
}

Tensor PaddedCall::class_labels(const std::string& name, std::int64_t classes) const {
  const Tensor labels = whole_numbers(name, {inputs_.rows}, 0, classes, ignored_label);
  return labels.index_select(0, rows_with_tokens().to(labels.device()));
}

Tensor PaddedCall::rows_with_tokens() const {
  return mask_.any(1).nonzero().flatten().cpu();
}

// The first column's place among the packed ones, whether it is seen or only looks on.
Tensor PaddedCall::first(const Tensor& values) const {
  const Tensor at_first =
      inputs_.places.remainder(std::max<std::int64_t>(1, inputs_.columns)).eq(0);
  const Tensor index = at_first.nonzero().flatten();
  return values.index_select(0, index.index_select(0, rows_with_tokens().to(index.device())));
}

Tensor PaddedCall::spread_rows(const Tensor& values) const {
  std::vector<std::int64_t> shape = values.sizes().vec();
  shape[0] = inputs_.rows;
  return torch::zeros(shape, values.options())
      .index_copy(0, rows_with_tokens().to(values.device()), values);
}

Tensor PaddedCall::unpack(const Tensor& values) const {
  Tensor padded = packed::unpack(values, inputs_);
  if (!inputs_.batch.num_keys.defined()) return padded;
  Tensor mask = mask_;
  while (mask.dim() < padded.dim()) mask = mask.unsqueeze(-1);
  return padded.masked_fill(mask.logical_not(), 0);
}

}  // namespace roformer::head
