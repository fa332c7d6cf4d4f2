// Our modules as Hugging Face folders: config.json and model.safetensors, which transformers opens.
#pragma once
#include <torch/nn/module.h>

#include <filesystem>
#include <string>

#include "roformer/checkpoint/config_file.h"
#include "roformer/format/safetensors.h"

namespace roformer::checkpoint {

/// The module's weights by Hugging Face's names: qkv as query, key and value, tied weights once; and
/// its buffers, such as random features.
format::TensorMap weights_by_file_name(const torch::nn::Module& module);

/// Writes config.json (the text `config`) and model.safetensors into `folder` (made if it is not
/// there). Both are complete on disk before either replaces the old one: a killed run or a full disk
/// leaves the last good checkpoint. Throws Error naming the file.
void save_checkpoint(const format::TensorMap& tensors, const std::string& config,
                     const std::filesystem::path& folder);

/// The same for a module of ours.
void save_model(const torch::nn::Module& module, const CheckpointConfig& config,
                const std::filesystem::path& folder);

/// The same for a model that was not loaded from a folder, of the class `architecture`.
void save_model(const torch::nn::Module& module, const model::EncoderConfig& config,
                const std::string& architecture, const std::filesystem::path& folder);

/// The same for a model with a head (head/model.h), which knows its class.
template <typename Model>
void save_model(const Model& model, const model::EncoderConfig& config,
                const std::filesystem::path& folder) {
  save_model(model, config, model.description().class_name(config.model_type), folder);
}

}  // namespace roformer::checkpoint
