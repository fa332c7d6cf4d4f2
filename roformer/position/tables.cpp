#include "roformer/position/tables.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"
#include "roformer/rope/angles.h"

namespace roformer::position {
namespace {

torch::nn::Module& child_group(torch::nn::Module& owner, const std::string& name) {
  const auto children = owner.named_children();
  if (const auto* found = children.find(name)) return **found;
  return *owner.register_module(name, std::make_shared<torch::nn::Module>("ParameterGroup"));
}

}  // namespace

torch::Tensor add_table(torch::nn::Module& owner, const std::string& name,
                        torch::IntArrayRef shape) {
  return owner.register_parameter(name, format::new_weight(shape));
}

torch::nn::Module& layer_group(torch::nn::Module& owner, std::int64_t layer) {
  return child_group(child_group(owner, "layer"), std::to_string(layer));
}

std::vector<torch::Tensor> add_layer_tables(torch::nn::Module& owner, const std::string& name,
                                            torch::IntArrayRef shape, std::int64_t num_layers) {
  std::vector<torch::Tensor> tables;
  for (std::int64_t i = 0; i < num_layers; ++i)
    tables.push_back(add_table(layer_group(owner, i), name, shape));
  return tables;
}

Product add_product(torch::nn::Module& owner, const std::string& name, std::int64_t in,
                    std::int64_t out) {
  torch::nn::Module& group = child_group(owner, name);
  const auto zero = [](torch::Tensor& bias) { bias.zero_(); };
  return {add_table(group, "weight", {out, in}),
          group.register_parameter("bias", format::new_weight({out}, zero))};
}

torch::Tensor in_type_of(const torch::Tensor& x, const torch::Tensor& parameter) {
  return parameter.defined() ? parameter.to(x.scalar_type()) : parameter;
}

torch::Tensor split_heads(const torch::Tensor& x, std::int64_t num_heads) {
  return x.unflatten(-1, {num_heads, x.size(-1) / num_heads}).transpose(-2, -3);
}

void require_rows(std::int64_t rows) {
  base::require(rows > 0, "[position] expected max_position_embeddings > 0 but got {}", rows);
}

std::int64_t length_of(const torch::Tensor& position_ids) {
  if (position_ids.numel() == 0) return 0;
  const auto [low, high] = torch::aminmax(position_ids);
  const auto least = low.item<std::int64_t>();
  base::require(least >= 0, "[position] expected positions >= 0 but got {}", least);
  return high.item<std::int64_t>() + 1;
}

void require_in_table(const torch::Tensor& position_ids, std::int64_t rows) {
  const std::int64_t length = length_of(position_ids);
  base::require(length <= rows,
                "[position] expected positions below {} (rows of the learned table, "
                "max_position_embeddings) but got {}",
                rows, length - 1);
}

void require_sinusoid_size(std::int64_t size) {
  base::require(size % 2 == 0,
                "[position] expected an even embedding size for sinusoids but got {}", size);
}

torch::Tensor sinusoid_table(const torch::Tensor& positions, std::int64_t size,
                             torch::ScalarType type) {
  require_sinusoid_size(size);
  // Eq. 4 has the angles of the rotation, over the whole width instead of a head.
  const auto angles = rope::angles(positions, size, 10000.0, type);
  return torch::stack({angles.sin, angles.cos}, -1).flatten(1).to(type);
}

torch::Tensor sinusoid_table_in_halves(const torch::Tensor& positions, std::int64_t size,
                                       torch::ScalarType type) {
  const torch::Tensor pairs = sinusoid_table(positions, size, type).unflatten(-1, {size / 2, 2});
  return pairs.transpose(-1, -2).flatten(-2);
}

DistanceTable clipped_table(const DistanceInputs& inputs, const torch::Tensor& table,
                            std::int64_t clip) {
  const torch::Tensor heads = table.dim() == 2 ? table.unsqueeze(0) : table;
  return used_part(heads.to(inputs.like), inputs.distances.clamp(-clip, clip) + clip);
}

}  // namespace roformer::position
