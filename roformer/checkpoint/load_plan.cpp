#include "roformer/checkpoint/load_plan.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/checkpoint/int8_tensors.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/format/blank_weights.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/format/tensor_source.h"
#include "roformer/model/encoder.h"
#include "roformer/model/linear.h"

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

using Taker = std::function<void(const product::Int8Values&)>;
using TakersByWeight = std::map<const void*, std::vector<Taker>>;

// Linear layers and encoders with a table of words whose weight has no memory yet.
TakersByWeight takers_of(const torch::nn::Module& module) {
  TakersByWeight takers;
  const auto add = [&](const torch::Tensor& weight, Taker taker) {
    if (weight.storage().nbytes() < weight.nbytes())
      takers[weight.unsafeGetTensorImpl()].push_back(std::move(taker));
  };
  const auto look_at = [&](const torch::nn::Module& part) {
    // Modules are asked for as constants, and are those that the caller has us fill.
    auto& own =
        const_cast<torch::nn::Module&>(part);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    if (auto* const layer = own.as<model::LinearImpl>())
      add(layer->weight, [layer](const auto& values) { layer->hold(values); });
    if (auto* const encoder = own.as<model::EncoderImpl>())
      add(encoder->word_embeddings(),
          [encoder](const auto& values) { encoder->hold_words(values); });
  };
  look_at(module);
  for (const auto& part : module.modules(/*include_self=*/false)) look_at(*part);
  return takers;
}

}  // namespace

LoadPlan::LoadPlan(const torch::nn::Module& module, const format::TensorSource& file,
                   const NameMap& names)
    : file_(&file) {
  for (const auto& item : module.named_parameters()) add(item.key(), item.value(), names);
  for (const auto& item : module.named_buffers()) add(item.key(), item.value(), names);
  require_fit();
  add_int8(module);
  list_unused(names);
}

// Copies of whole weights that lie in the file as int8 and that a layer can compute with as they
// are.
void LoadPlan::add_int8(const torch::nn::Module& module) {
  const auto* const weights = dynamic_cast<const Weights*>(file_);
  if (weights == nullptr || weights->int8_count() == 0) return;
  const TakersByWeight takers = takers_of(module);
  std::map<const void*, std::vector<std::string>> names;
  for (const Copy& copy : copies_) names[copy.weight.unsafeGetTensorImpl()].push_back(copy.name);
  for (const auto& [weight, parts] : names) {
    const auto found = takers.find(weight);
    const bool all = std::all_of(parts.begin(), parts.end(),
                                 [&](const std::string& name) { return weights->is_int8(name); });
    if (found == takers.end() || !all) continue;
    int8_.push_back({parts, found->second});
    std::erase_if(copies_,
                  [&](const Copy& copy) { return copy.weight.unsafeGetTensorImpl() == weight; });
  }
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
  for (const Int8& weight : int8_) {
    std::vector<product::Int8Values> parts;
    for (const std::string& name : weight.names)
      parts.push_back(dynamic_cast<const Weights&>(*file_).int8_values(name));
    const product::Int8Values values = join_int8(parts, weight.names.front(), *file_);
    for (const auto& take : weight.takers) take(values);
    file_->drop_pages();
  }
}

}  // namespace roformer::checkpoint
