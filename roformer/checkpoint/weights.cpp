#include "roformer/checkpoint/weights.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/checkpoint/foreign_names.h"
#include "roformer/checkpoint/int8_tensors.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_format.h"

namespace roformer::checkpoint {

Weights::Weights(std::shared_ptr<const format::TensorSource> source) : source_(std::move(source)) {
  const bool is_tensorflow = source_->format().naming == format::Naming::tensorflow;
  for (const auto& [name, facts] : source_->entries()) {
    const std::optional<ForeignName> ours =
        is_tensorflow ? from_tensorflow(name, facts.shape.size())
                      : std::optional<ForeignName>({from_pytorch(name), false});
    if (!ours) {
      training_state_.push_back(name);
      continue;
    }
    format::TensorFacts own = facts;
    if (ours->transposed) std::swap(own.shape[0], own.shape[1]);
    const bool is_new = entries_.emplace(ours->name, std::move(own)).second;
    base::require(is_new,
                  "[checkpoint] {}: expected each weight once but got '{}' twice, as '{}' too",
                  path().string(), format::printable(ours->name), format::printable(name));
    origins_.emplace(ours->name, Origin{name, ours->transposed});
    renamed_ += ours->name != name ? 1 : 0;
  }
  for (const std::string& name : find_int8(*this)) {
    int8_.insert(name);
    entries_.at(name).dtype = format::Dtype::f32;
    entries_.erase(scale_name(name));
    entries_.erase(factor_name(name));
  }
}

product::Int8Values Weights::int8_values(const std::string& name) const {
  return read_int8(*source_, origins_.at(name).name);
}

torch::Tensor Weights::tensor(const std::string& name) const {
  facts(name);
  if (is_int8(name)) return product::widen_weight(int8_values(name));
  const Origin& origin = origins_.at(name);
  const torch::Tensor tensor = source_->tensor(origin.name);
  return origin.transposed ? tensor.t() : tensor;
}

const std::string& Weights::name_in_file(const std::string& name) const {
  facts(name);
  return origins_.at(name).name;
}

Weights open_weights(const std::filesystem::path& path) {
  return Weights(format::open_tensors(path));
}

}  // namespace roformer::checkpoint
