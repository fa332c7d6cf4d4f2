#include "roformer/pipeline/label_model.h"

#include <fmt/ranges.h>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"

namespace roformer::pipeline {

LabelModel open_label_model(const std::filesystem::path& path,
                            const head::Description& description) {
  const checkpoint::Folder folder(path);
  const auto loaded = checkpoint::load_model(folder);
  auto model = std::dynamic_pointer_cast<head::LabelHead>(loaded.module);
  const std::string name = head::class_name(description, loaded.config.encoder.model_type);
  base::require(model != nullptr && loaded.config.architecture == name,
                "[pipeline] {}: expected a {} but got a {}", path.string(), name,
                loaded.config.architecture);
  base::require(loaded.report.missing.empty(),
                "[pipeline] {}: expected all weights of a {} but these are missing: {}",
                path.string(), name, fmt::join(loaded.report.missing, ", "));
  return {std::move(model), text::Tokenizer::load(folder.path())};
}

}  // namespace roformer::pipeline
