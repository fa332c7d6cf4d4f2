#include "roformer/pipeline/inspect.h"

#include <utility>

#include "roformer/pipeline/file_description.h"

namespace roformer::pipeline {

Inspection inspect(const std::filesystem::path& folder) {
  const checkpoint::Weights weights = checkpoint::open_weights(folder);
  auto loaded = checkpoint::load_model(folder);
  Inspection result;
  result.config = std::move(loaded.config);
  result.report = std::move(loaded.report);
  for (const auto& item : loaded.module->module().named_parameters()) {
    result.parameters += item.value().numel();
    if (!checkpoint::may_be_missing(item.key())) result.encoder_parameters += item.value().numel();
  }
  result.tensors = weights.entries();
  result.made_by = made_by(result.config, weights);
  result.format = format::format_name(weights.format());
  result.element_types = element_types(weights);
  result.files = weights.file_count();
  result.bytes = bytes_of(weights);
  result.heads = heads_in(result.config, weights);
  result.oddities = oddities_of(result.config, weights);
  return result;
}

}  // namespace roformer::pipeline
