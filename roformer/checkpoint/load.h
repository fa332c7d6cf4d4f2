// Weights from a checkpoint folder of any format that tensor_source.h opens into our modules.
#pragma once
#include <torch/nn/module.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "roformer/checkpoint/folder.h"
#include "roformer/checkpoint/load_plan.h"
#include "roformer/head/model.h"
#include "roformer/model/config.h"
#include "roformer/model/encoder.h"

namespace roformer::checkpoint {

/// The plan for an encoder, with any head (weight_names.h).
LoadPlan plan_encoder(const torch::nn::Module& module, const format::TensorSource& file);

/// Copies the file's weights into a module with an encoder; nothing is written unless all fit.
/// Throws Error as LoadPlan does. Missing weights keep their values.
LoadReport load_weights(torch::nn::Module& module, const format::TensorSource& file);

/// What the blocks are called: by the configuration's key of their number, and in a file's names.
struct BlockNames {
  const char* key;
  const char* in_file;
};
/// An encoder's.
inline constexpr BlockNames kEncoderBlocks = {"num_hidden_layers", "encoder.layer"};

/// Throws Error naming the file for one of several that hold the weights together, and for a
/// configuration with more blocks than the file holds, or sizes beyond all that it holds: what a
/// module is built of must fit into memory and into 64 bits.
void require_plausible(const model::EncoderConfig& config, const format::TensorSource& file,
                       const BlockNames& blocks = kEncoderBlocks);

/// One warning on standard error if weights of the head are missing.
void warn_of_missing(const LoadReport& report, const std::filesystem::path& folder);

/// One warning on standard error if weights of the encoder are unused: then the configuration does
/// not fit the file. A head without use is common.
void warn_of_unused(const LoadReport& report, const std::filesystem::path& file);

/// Makes a module, with blank weights or drawn ones as format/blank_weights.h says.
using MakeModule = std::function<std::shared_ptr<torch::nn::Module>()>;
/// plan_encoder or another family's.
using MakePlan = std::function<LoadPlan(const torch::nn::Module&, const format::TensorSource&)>;

/// Has `make` make a module of blank weights, and plans to fill it. Throws Error as LoadPlan does,
/// and naming the file for what no module can be built of.
LoadPlan plan_module(const MakeModule& make, const format::TensorSource& file,
                     const MakePlan& plan = plan_encoder);

/// Has `make` make a module, which then has the file's weights, in evaluation mode. Nothing is
/// drawn unless the file lacks weights of a head; then another is made whose weights are all drawn
/// before they are read, so that a seed gives the same head whatever the file holds. Throws Error
/// as plan_module does.
LoadReport read_module(const MakeModule& make, const format::TensorSource& file,
                       const MakePlan& plan = plan_encoder);

/// The same for an encoder, whose configuration must be plausible; warns of unused weights.
LoadReport read_encoder(const MakeModule& make, const Folder& folder);

/// A module with its configuration and what its file lacked or had too much.
template <typename Module>
struct Loaded {
  Module module{nullptr};
  CheckpointConfig config;
  LoadReport report;
};

/// Builds a Module (model::Encoder, head::LanguageModel, …) from a folder, in evaluation mode,
/// whichever head the checkpoint was saved with. Throws Error as read_module does.
template <typename Module>
Loaded<Module> load_model(const Folder& folder) {
  Loaded<Module> loaded;
  loaded.config = folder.config();
  const auto make = [&] {
    if constexpr (std::is_same_v<Module, model::Encoder>)
      loaded.module = Module(loaded.config.encoder);  // no head to be configured
    else
      loaded.module = Module(loaded.config.encoder, loaded.config.head);
    return loaded.module.ptr();
  };
  loaded.report = read_encoder(make, folder);
  return loaded;
}

/// The same with the head that the folder holds, whose class the configuration then names: what
/// config.json says, else what the weights tell (head/registry.h). Throws Error naming the folder
/// and the classes where several are possible.
Loaded<std::shared_ptr<head::Model>> load_model(const Folder& folder);

/// The classes that the folder may hold, one unless nothing tells them apart.
std::vector<std::string> possible_classes(const Folder& folder);

/// The same without reading: the first possible class, whose module's weights are blank.
Loaded<std::shared_ptr<head::Model>> plan_model(const Folder& folder);

}  // namespace roformer::checkpoint
