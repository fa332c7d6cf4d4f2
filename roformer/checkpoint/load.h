// Weights from a checkpoint folder of any format that tensor_source.h opens into our modules.
#pragma once
#include <torch/nn/module.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "roformer/checkpoint/config_file.h"
#include "roformer/checkpoint/fit.h"
#include "roformer/checkpoint/head_of.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/format/tensor_source.h"
#include "roformer/model/encoder.h"

namespace roformer::checkpoint {

/// What did not meet its counterpart. Missing weights keep their fresh initialisation.
struct LoadReport {
  std::vector<std::string>
      missing;  // weights of the head that the file lacks, in Hugging Face's names
  std::vector<std::string> unused;  // tensors of the file that the module has no place for
};

/// Copies the file's weights into the module's own parameters, converted to their type. Nothing is
/// written before all names and shapes are checked. Throws Error for a shape that does not fit
/// (naming tensor, expected, found) and for a missing weight of the encoder.
LoadReport load_weights(torch::nn::Module& module, const format::TensorSource& file);
LoadReport load_weights(torch::nn::Module& module, const std::filesystem::path& folder);

/// load_foreign_config, with what only the weights tell: that a decoder which stands in the file beside different word embeddings is not tied to them, whatever
/// tie_word_embeddings says (transformers decides likewise).
CheckpointConfig load_settled_config(const std::filesystem::path& folder,
                                     const format::TensorSource& file);

/// One warning on standard error if weights of the head are missing.
void warn_of_missing(const LoadReport& report, const std::filesystem::path& folder);

/// A module with its configuration and what its file lacked or had too much.
template <typename Module>
struct Loaded {
  Module module{nullptr};
  CheckpointConfig config;
  LoadReport report;
};

/// A module of a checkpoint; a bare encoder has no head to be configured.
template <typename Module>
Module make_module(const CheckpointConfig& config) {
  if constexpr (std::is_same_v<Module, model::Encoder>) {
    return Module(config.encoder);
  } else {
    return Module(config.encoder, config.head);
  }
}

/// Builds a Module (model::Encoder, head::MaskedLanguageModel, …) from a folder, in evaluation
/// mode, whichever head the checkpoint was saved with.
template <typename Module>
Loaded<Module> load_model(const std::filesystem::path& folder) {
  const Weights file = open_weights(folder);
  Loaded<Module> loaded;
  loaded.config = load_settled_config(folder, file);
  require_fit(loaded.config.encoder, file);
  loaded.module = make_module<Module>(loaded.config);
  loaded.report = load_weights(*loaded.module, file);
  loaded.module->eval();
  return loaded;
}

/// The same with the head that the folder holds (head_of.h).
Loaded<std::shared_ptr<head::Model>> load_model(const std::filesystem::path& folder);

}  // namespace roformer::checkpoint
