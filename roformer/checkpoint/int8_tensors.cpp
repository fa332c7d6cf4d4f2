#include "roformer/checkpoint/int8_tensors.h"

#include <ATen/Functions.h>

#include <array>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/product/training_products.h"

namespace roformer::checkpoint {
namespace {

using format::Dtype;
using format::TensorFacts;
using format::TensorSource;

void require_beside(const TensorSource& file, const std::string& name, std::int64_t size) {
  const auto found = file.entries().find(name);
  base::require(found != file.entries().end(),
                "[checkpoint] {}: expected a tensor '{}' beside a weight of int8 but there is none",
                file.path().string(), format::printable(name));
  const TensorFacts& facts = found->second;
  base::require(facts.dtype == Dtype::f32 && facts.shape == std::vector<std::int64_t>{size},
                "[checkpoint] {}: tensor '{}': expected F32 of the shape ({}) but got {} of {}",
                file.path().string(), format::printable(name), size,
                format::dtype_name(facts.dtype), format::format_shape(facts.shape));
}

torch::Tensor positive(const TensorSource& file, const std::string& name) {
  const torch::Tensor numbers = file.tensor(name).clone();
  const torch::Tensor right = numbers.gt(0).logical_and(numbers.isfinite());
  if (right.all().item<bool>()) return numbers;
  const auto at = right.logical_not().nonzero()[0].item<std::int64_t>();
  base::fail("[checkpoint] {}: tensor '{}': expected positive numbers but got {} at {}",
             file.path().string(), format::printable(name), numbers[at].item<float>(), at);
}

}  // namespace

std::string scale_name(const std::string& weight) {
  return weight + "_scale";
}

std::string factor_name(const std::string& weight) {
  return weight + "_factor";
}

bool may_be_int8(const std::string& name, const TensorFacts& facts) {
  if (facts.shape.size() != 2 || !name.ends_with(".weight")) return false;
  for (const char* other : {"position", "token_type", "feature_map"})
    if (name.find(other) != name.npos) return false;
  return facts.shape[0] >= product::kFewOutputs && facts.shape[1] > 0 &&
         format::is_computed(facts.dtype) && at::isFloatingType(format::scalar_type(facts.dtype));
}

// Queries of cross-attention are a product of their own.
std::string weighing_name(const std::string& name) {
  using Pair = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Pair, 6> pairs{
      {{".attention.self.query.weight", ".attention.self.value.weight"},
       {".attention.self.key.weight", ".attention.self.value.weight"},
       {".crossattention.self.key.weight", ".crossattention.self.value.weight"},
       {".self_attn.q_proj.weight", ".self_attn.v_proj.weight"},
       {".self_attn.k_proj.weight", ".self_attn.v_proj.weight"},
       {".encoder_attn.k_proj.weight", ".encoder_attn.v_proj.weight"}}};
  for (const auto& [ending, other] : pairs) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size()).append(other);
  }
  return name;
}

std::vector<std::string> find_int8(const TensorSource& file) {
  std::vector<std::string> names;
  for (const auto& [name, facts] : file.entries()) {
    if (facts.dtype != Dtype::i8 || facts.shape.size() != 2 || !name.ends_with(".weight")) continue;
    if (!file.has(scale_name(name)) && !file.has(factor_name(name))) continue;  // somebody else's
    require_beside(file, scale_name(name), facts.shape[0]);
    require_beside(file, factor_name(name), facts.shape[1]);
    names.push_back(name);
  }
  return names;
}

product::Int8Values read_int8(const TensorSource& file, const std::string& name) {
  return {file.tensor(name).clone(), positive(file, scale_name(name)),
          positive(file, factor_name(name))};
}

product::Int8Values join_int8(const std::vector<product::Int8Values>& parts,
                              const std::string& first_name, const TensorSource& file) {
  if (parts.size() == 1) return parts.front();
  std::vector<torch::Tensor> integers, scales;
  for (const product::Int8Values& part : parts) {
    base::require(torch::equal(part.factors, parts.front().factors),
                  "[checkpoint] {}: tensor '{}': expected the same factors of all weights that are "
                  "one product but got others",
                  file.path().string(), format::printable(factor_name(first_name)));
    integers.push_back(part.integers);
    scales.push_back(part.scales);
  }
  return {at::cat(integers), at::cat(scales), parts.front().factors};
}

}  // namespace roformer::checkpoint
