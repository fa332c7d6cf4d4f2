#include "roformer/checkpoint/inspect.h"

#include <utility>

#include "roformer/checkpoint/foreign_config.h"
#include "roformer/model/encoder.h"
#include "roformer/model/heads.h"

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
  switch (load_foreign_config(folder, open_weights(folder)).architecture) {
    case Architecture::masked_language_model:
      return inspect_as<model::MaskedLanguageModel>(folder);
    case Architecture::sequence_classifier:
      return inspect_as<model::SequenceClassifier>(folder);
    case Architecture::token_classifier:
      return inspect_as<model::TokenClassifier>(folder);
    default:
      return inspect_as<model::Encoder>(folder);
  }
}

}  // namespace roformer::checkpoint
