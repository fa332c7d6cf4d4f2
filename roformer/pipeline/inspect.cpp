#include "roformer/pipeline/inspect.h"

#include <fmt/ranges.h>

#include <utility>

#include "roformer/checkpoint/weight_names.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_format.h"
#include "roformer/pipeline/file_description.h"

namespace roformer::pipeline {
namespace {

// What is odd where config.json names no class of ours.
void describe_class(const std::string& stated, const std::vector<std::string>& possible,
                    std::vector<std::string>& oddities) {
  if (possible.front() == stated || (stated.empty() && possible.size() == 1)) return;
  oddities.push_back(fmt::format(
      "config.json names {} (architectures), and the weights may be those of {}{}",
      stated.empty() ? "no class" : "a class that is not known, " + format::printable(stated),
      fmt::join(possible, " or of "), possible.size() > 1 ? ": say which" : ""));
}

}  // namespace

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
  result.classes = checkpoint::possible_classes(folder);
  describe_class(folder.config().architecture, result.classes, result.oddities);
  result.config.architecture = fmt::format("{}", fmt::join(result.classes, " or "));
  return result;
}

}  // namespace roformer::pipeline
