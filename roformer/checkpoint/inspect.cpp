#include "roformer/checkpoint/inspect.h"

#include <utility>

#include "roformer/checkpoint/file_description.h"
#include "roformer/checkpoint/module_of.h"

namespace roformer::checkpoint {
namespace {

template <typename Module>
Inspection inspect_as(const std::filesystem::path& folder) {
  auto loaded = load_model<Module>(folder);
  Inspection result;
  result.config = std::move(loaded.config);
  result.report = std::move(loaded.report);
  for (const auto& item : loaded.module->named_parameters()) {
    result.parameters += item.value().numel();
    if (!may_be_missing(item.key())) result.encoder_parameters += item.value().numel();
  }
  return result;
}

}  // namespace

Inspection inspect(const std::filesystem::path& folder) {
  const Weights weights = open_weights(folder);
  const Architecture architecture = load_settled_config(folder, weights).architecture;
  Inspection result = with_module_of(
      architecture, [&](auto type) { return inspect_as<typename decltype(type)::type>(folder); });
  result.tensors = weights.entries();
  result.made_by = made_by(result.config, weights);
  result.format = format_name(weights.format());
  result.element_types = element_types(weights);
  result.files = weights.file_count();
  result.bytes = bytes_of(weights);
  result.heads = heads_in(result.config, weights);
  result.oddities = oddities_of(result.config, weights);
  return result;
}

}  // namespace roformer::checkpoint
