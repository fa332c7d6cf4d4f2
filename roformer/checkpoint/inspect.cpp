#include "roformer/checkpoint/inspect.h"

#include <utility>

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
  result.tensors = open_weights(folder).entries();
  return result;
}

}  // namespace

Inspection inspect(const std::filesystem::path& folder) {
  const Architecture architecture = load_settled_config(folder, open_weights(folder)).architecture;
  return with_module_of(
      architecture, [&](auto type) { return inspect_as<typename decltype(type)::type>(folder); });
}

}  // namespace roformer::checkpoint
