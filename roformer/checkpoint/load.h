// Weights from a checkpoint folder of any format that tensor_source.h opens into our modules.
#pragma once
#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/module.h>

#include <filesystem>

#include "roformer/base/error.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/checkpoint/load_plan.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/encoder.h"
#include "roformer/model/encoder_decoder_config.h"

namespace roformer::checkpoint {

/// The plan for an encoder, with any head (weight_names.h).
LoadPlan plan_encoder(const torch::nn::Module& module, const format::TensorSource& file);

/// Copies the file's weights into a module with an encoder; nothing is written unless all fit. Throws
/// Error as LoadPlan does. Missing weights keep their values.
LoadReport load_weights(torch::nn::Module& module, const format::TensorSource& file);

/// What the blocks are called: by the configuration's key of their number, and in a file's names.
struct BlockNames {
  const char* key;
  const char* in_file;
};
inline constexpr BlockNames kEncoderBlocks = {"num_hidden_layers", "encoder.layer"};

/// Throws Error naming the file for a configuration with more blocks than the file holds, or with
/// sizes beyond all that it holds: what a module is built of must fit into memory, and into 64 bits.
void require_plausible(const model::EncoderConfig& config, const format::TensorSource& file,
                       const BlockNames& blocks = kEncoderBlocks);

/// One warning on standard error if weights of the head are missing.
void warn_of_missing(const LoadReport& report, const std::filesystem::path& folder);

/// One warning on standard error if weights of the encoder are unused: then the configuration does
/// not fit the file. A head without use is common.
void warn_of_unused(const LoadReport& report, const std::filesystem::path& file);

/// An encoder-decoder.
template <typename Module>
Module make_module(const model::EncoderDecoderConfig& config) {
  return Module(config);
}

/// A module of a checkpoint; a bare encoder has no head to be configured.
template <typename Module>
Module make_module(const CheckpointConfig& config) {
  if constexpr (std::is_same_v<Module, model::Encoder>) {
    return Module(config.encoder);
  } else {
    return Module(config.encoder, config.head);
  }
}

/// Makes `module` the Module of `config` with blank weights, and plans to fill it. Throws Error as
/// LoadPlan does, and naming the file for what no module can be built of.
template <typename Module, typename Config, typename Plan>
LoadPlan plan_module(Module& module, const Config& config, const format::TensorSource& file,
                     const Plan& plan) {
  try {
    const format::BlankWeights blank;
    module = make_module<Module>(config);
  } catch (const Error& error) {
    base::fail("[checkpoint] {}: {}", file.path().string(), error.what());
  }
  return plan(*module, file);
}

/// Makes `module` the Module of `config` with the file's weights, in evaluation mode. `plan` is
/// plan_encoder or another family's. Nothing is drawn unless the file lacks weights of a head; then
/// all is, before it is read, so that a seed gives the same head whatever the file holds. Throws
/// Error as plan_module does.
template <typename Module, typename Config, typename Plan>
LoadReport read_module(Module& module, const Config& config, const format::TensorSource& file,
                       const Plan& plan) {
  at::Generator numbers = at::detail::getDefaultCPUGenerator();
  const torch::Tensor state = numbers.get_state();
  LoadPlan steps = plan_module(module, config, file, plan);
  numbers.set_state(state);
  if (!steps.report().missing.empty()) {
    module = make_module<Module>(config);
    steps = plan(*module, file);
  }
  steps.run();
  module->eval();
  return steps.report();
}

/// A module with its configuration and what its file lacked or had too much.
template <typename Module>
struct Loaded {
  Module module{nullptr};
  CheckpointConfig config;
  LoadReport report;
};

/// Builds a Module (model::Encoder, model::MaskedLanguageModel, …) from a folder, in evaluation
/// mode, whichever head the checkpoint was saved with. Throws Error as read_module does.
template <typename Module>
Loaded<Module> load_model(const Folder& folder) {
  Loaded<Module> loaded;
  loaded.config = folder.config();
  require_plausible(loaded.config.encoder, folder.weights());
  loaded.report = read_module(loaded.module, loaded.config, folder.weights(), plan_encoder);
  warn_of_unused(loaded.report, folder.weights().path());
  return loaded;
}

}  // namespace roformer::checkpoint
