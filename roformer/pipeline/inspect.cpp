#include "roformer/pipeline/inspect.h"

#include "roformer/checkpoint/module_of.h"
#include "roformer/format/tensor_format.h"
#include "roformer/pipeline/file_description.h"

namespace roformer::pipeline {
namespace {

template <typename Module>
Inspection inspect_as(const checkpoint::Folder& folder) {
  Inspection result;
  result.config = folder.config();
  checkpoint::require_plausible(result.config.encoder, folder.weights());
  Module module{nullptr};
  result.report =
      checkpoint::plan_module(module, result.config, folder.weights(), checkpoint::plan_encoder)
          .report();
  for (const auto& item : module->named_parameters()) {
    result.parameters += item.value().numel();
    if (!checkpoint::may_be_missing(item.key())) result.encoder_parameters += item.value().numel();
  }
  return result;
}

}  // namespace

Inspection inspect(const checkpoint::Folder& folder) {
  const checkpoint::Weights& weights = folder.weights();
  Inspection result = checkpoint::with_module_of(folder.config().architecture, [&](auto type) {
    return inspect_as<typename decltype(type)::type>(folder);
  });
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
