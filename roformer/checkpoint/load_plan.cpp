#include "roformer/checkpoint/load_plan.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>

#include <algorithm>
#include <set>
#include <span>

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/format/tensor_source.h"

namespace roformer::checkpoint {
namespace {

// What is wrong with a tensor of the file for a weight of this shape; empty if nothing.
std::string misfit(const format::TensorFacts& found, const std::vector<std::int64_t>& shape) {
  if (found.shape != shape)
    return fmt::format("expected shape {} but got {}", format::format_shape(shape),
                       format::format_shape(found.shape));
  if (!format::is_computed(found.dtype) || !at::isFloatingType(format::scalar_type(found.dtype)))
    return fmt::format("expected F16, BF16, F32 or F64 but got {}",
                       format::dtype_name(found.dtype));
  return {};
}

}  // namespace

LoadPlan::LoadPlan(const torch::nn::Module& module, const format::TensorSource& file,
                   const NameMap& names)
    : file_(&file) {
  for (const auto& item : module.named_parameters()) add(item.key(), item.value(), names);
  for (const auto& item : module.named_buffers()) add(item.key(), item.value(), names);
  require_fit();
  list_unused(names);
}

void LoadPlan::require_fit() const {
  constexpr std::size_t most_names = 20;
  if (misfits_.empty()) return;
  const auto others = std::span(misfits_).subspan(1);
  base::fail("[checkpoint] {}: {}{}{}", file_->path().string(), misfits_.front(),
             others.empty() ? "" : "; nor do these fit: ",
             fmt::join(others.first(std::min(others.size(), most_names)), ", "));
}

void LoadPlan::add(const std::string& parameter, const torch::Tensor& weight,
                   const NameMap& names) {
  const std::vector<WeightPart> parts = names.parts_of(parameter);
  std::vector<std::int64_t> shape = weight.sizes().vec();
  if (parts.size() > 1) shape.at(0) /= std::ssize(parts);
  const std::int64_t rows = shape.empty() ? 1 : shape.front();
  std::int64_t first_row = 0;
  for (const WeightPart& part : parts) {
    if (const std::string* name = find(part)) {
      const std::string wrong = misfit(file_->entries().at(*name), shape);
      if (!wrong.empty())
        misfits_.push_back(misfits_.empty() ? fmt::format("tensor '{}': {}", *name, wrong) : *name);
      copies_.push_back({*name, weight, first_row, rows});
      met_.insert(met_.end(), part.in_file.begin(), part.in_file.end());
    } else {
      base::require(names.may_be_missing(parameter),
                    "[checkpoint] {}: expected a tensor '{}' but there is none",
                    file_->path().string(), part.in_file.front());
      report_.missing.push_back(part.name);
    }
    first_row += rows;
  }
}

const std::string* LoadPlan::find(const WeightPart& part) const {
  for (const std::string& name : part.in_file) {
    if (file_->has(name)) return &name;
  }
  return nullptr;
}

void LoadPlan::list_unused(const NameMap& names) {
  const std::set<std::string> met(met_.begin(), met_.end());
  for (const auto& [name, facts] : file_->entries()) {
    if (!met.contains(name) && !names.carries_nothing(name)) report_.unused.push_back(name);
  }
}

void LoadPlan::run() const {
  constexpr std::size_t drop_every = 16 << 20;  // bytes
  const torch::NoGradGuard no_gradient;
  std::size_t copied = 0;
  for (const Copy& copy : copies_) {
    format::give_memory(copy.weight);
    const torch::Tensor target =
        copy.weight.dim() == 0 ? copy.weight : copy.weight.narrow(0, copy.first_row, copy.rows);
    format::copy_tensor(target, *file_, copy.name);
    copied += target.nbytes();
    if (copied < drop_every) continue;
    file_->drop_pages();
    copied = 0;
  }
}

}  // namespace roformer::checkpoint
