// Our modules as Hugging Face folders: config.json and model.safetensors, which transformers opens.
#pragma once
#include <torch/nn/module.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "roformer/checkpoint/config_file.h"
#include "roformer/format/safetensors.h"
#include "roformer/head/language_model.h"

namespace roformer::checkpoint {

/// The module's weights, fused ones cut along their rows into those that `names` gives for them;
/// and its buffers, such as random features.
format::TensorMap weights_by_name(
    const torch::nn::Module& module,
    const std::function<std::vector<std::string>(const std::string&)>& names);

/// The same of an encoder by Hugging Face's names: qkv as query, key and value, tied weights once.
format::TensorMap weights_by_file_name(const torch::nn::Module& module);

/// Writes config.json (the text `config`) and model.safetensors into `folder` (made if it is not
/// there). Both are complete on disk before either replaces the old one: a killed run or a full
/// disk leaves the last good checkpoint. config.json then says which roformer wrote it, and no
/// longer which transformers. Throws Error naming the file.
void save_checkpoint(const format::TensorMap& tensors, const std::string& config,
                     const std::filesystem::path& folder);

/// The same for a module of ours.
void save_model(const torch::nn::Module& module, const CheckpointConfig& config,
                const std::filesystem::path& folder);

/// The same for a language model that was not loaded from a folder.
void save_model(const head::LanguageModelImpl& model, const std::filesystem::path& folder);

}  // namespace roformer::checkpoint
