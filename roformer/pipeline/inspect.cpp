#include "roformer/pipeline/inspect.h"

#include <utility>

#include "roformer/checkpoint/weight_names.h"
#include "roformer/format/tensor_format.h"
#include "roformer/pipeline/file_description.h"

namespace roformer::pipeline {

Inspection inspect(const checkpoint::Folder& folder) {
  const checkpoint::Weights& weights = folder.weights();
  auto planned = checkpoint::plan_model(folder);
  Inspection result;
  result.config = std::move(planned.config);
  result.report = std::move(planned.report);
  for (const auto& item : planned.module->module().named_parameters()) {
    result.parameters += item.value().numel();
    if (!checkpoint::may_be_missing(item.key())) result.encoder_parameters += item.value().numel();
  }
  result.tensors = weights.entries();
  result.made_by = made_by(result.config, weights);
  result.format = weights.format().in_words;
  result.element_types = element_types(weights);
  result.files = weights.file_count();
  result.bytes = bytes_of(weights);
  result.heads = heads_in(result.config, weights);
  result.not_finite = not_finite_in(weights);
  result.oddities = oddities_of(result.config, weights, result.not_finite);
  return result;
}

}  // namespace roformer::pipeline
