#include "roformer/packed/pack.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::packed {
namespace {

std::string shape_text(const torch::Tensor& tensor) {
  return fmt::format("({})", fmt::join(tensor.sizes().begin(), tensor.sizes().end(), ", "));
}

bool holds_integers(const torch::Tensor& tensor) {
  return torch::isIntegralType(tensor.scalar_type(), /*includeBool=*/false);
}

void require_input_ids(const torch::Tensor& ids) {
  base::require(ids.defined(), "[packed] expected input_ids but got none");
  base::require(ids.dim() == 2, "[packed] expected input_ids of shape (rows, columns) but got {}",
                shape_text(ids));
  base::require(holds_integers(ids), "[packed] expected input_ids of whole numbers but got {}",
                c10::toString(ids.scalar_type()));
  base::require(ids.numel() <= std::numeric_limits<std::int32_t>::max(),
                "[packed] expected at most 2^31 - 1 tokens but got input_ids of shape {}",
                shape_text(ids));
}

// The mask as (B * T) bool; anything but 0 and 1 is refused, since an additive mask would silently
// mean the opposite.
torch::Tensor flat_mask(const PaddedInputs& inputs) {
  const torch::Tensor& ids = inputs.input_ids;
  const torch::Tensor& mask = inputs.attention_mask;
  if (!mask.defined()) return torch::ones({ids.numel()}, ids.options().dtype(torch::kBool));
  base::require(mask.sizes() == ids.sizes(),
                "[packed] expected attention_mask of shape {} but got {}", shape_text(ids),
                shape_text(mask));
  const torch::Tensor kept = mask.eq(1);
  base::require(kept.logical_or(mask.eq(0)).all().item<bool>(),
                "[packed] expected attention_mask to hold only 0 and 1 but got other values");
  return kept.flatten();
}

// An optional input at the chosen places, as int64 (N).
torch::Tensor pick(const torch::Tensor& values, const char* name, const torch::Tensor& ids,
                   const torch::Tensor& places) {
  base::require(values.dim() == 2 && (values.size(0) == ids.size(0) || values.size(0) == 1) &&
                    values.size(1) == ids.size(1),
                "[packed] expected {} of shape {} but got {}", name, shape_text(ids),
                shape_text(values));
  base::require(holds_integers(values), "[packed] expected {} of whole numbers but got {}", name,
                c10::toString(values.scalar_type()));
  return values.expand(ids.sizes()).flatten().index_select(0, places).to(torch::kLong);
}

// (B + 1) int32 on the CPU from the mask (B, T).
torch::Tensor cumulative_lengths(const torch::Tensor& mask) {
  torch::Tensor result = torch::zeros({mask.size(0) + 1}, torch::kInt);
  result.slice(0, 1).copy_(mask.sum(1).cumsum(0));
  return result;
}

// Row by row the places of the mask, then those of the onlookers: (N) int64.
torch::Tensor places_in_order(const torch::Tensor& mask, const torch::Tensor& onlookers,
                              std::int64_t columns) {
  torch::Tensor places = mask.logical_or(onlookers).nonzero().flatten();
  if (places.numel() == 0) return places;
  const torch::Tensor row = places.div(std::max<std::int64_t>(columns, 1), "floor");
  const torch::Tensor key = row * 2 + onlookers.index_select(0, places).to(torch::kLong);
  return places.index_select(0, std::get<1>(key.sort(/*stable=*/true, 0, /*descending=*/false)));
}

void require_positions(const PackedInputs& inputs) {
  const auto token = first_too_far(inputs.batch.position_ids);
  if (!token) return;
  const auto place = inputs.places[*token].item<std::int64_t>();
  base::fail("[packed] expected position_ids within ±2^53 but got {} in row {}, column {}",
             inputs.batch.position_ids[*token].item<std::int64_t>(), place / inputs.columns,
             place % inputs.columns);
}

}  // namespace

PackedInputs pack(const PaddedInputs& inputs) {
  const torch::Tensor& ids = inputs.input_ids;
  require_input_ids(ids);
  const torch::Tensor mask = flat_mask(inputs);
  const torch::Tensor onlookers = inputs.onlookers.defined()
                                      ? inputs.onlookers.flatten().logical_and(mask.logical_not())
                                      : torch::zeros_like(mask);

  PackedInputs result;
  result.rows = ids.size(0);
  result.columns = ids.size(1);
  result.places = places_in_order(mask, onlookers, result.columns);
  PackedBatch& batch = result.batch;
  batch.tokens = pick(ids, "input_ids", ids, result.places);
  batch.cu_seqlens = cumulative_lengths(mask.logical_or(onlookers).view(ids.sizes()));
  if (inputs.onlookers.defined())
    batch.num_keys = mask.view(ids.sizes()).sum(1).to(torch::kInt).cpu();
  batch.segment_ids = inputs.token_type_ids.defined()
                          ? pick(inputs.token_type_ids, "token_type_ids", ids, result.places)
                          : torch::zeros_like(batch.tokens);
  batch.position_ids = inputs.position_ids.defined()
                           ? pick(inputs.position_ids, "position_ids", ids, result.places)
                           : result.places.remainder(std::max<std::int64_t>(result.columns, 1));
  require_positions(result);
  return result;
}

torch::Tensor unpack(const torch::Tensor& values, const PackedInputs& inputs) {
  base::require(values.dim() >= 1 && values.size(0) == inputs.places.size(0),
                "[packed] expected values of {} tokens but got shape {}", inputs.places.size(0),
                shape_text(values));
  std::vector<std::int64_t> shape = values.sizes().vec();
  shape[0] = inputs.rows * inputs.columns;
  torch::Tensor padded = torch::zeros(shape, values.options()).index_copy(0, inputs.places, values);
  shape[0] = inputs.columns;
  shape.insert(shape.begin(), inputs.rows);
  return padded.view(shape);
}

}  // namespace roformer::packed
