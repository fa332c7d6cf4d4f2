// Numbers of what a line's vector hangs on: vectors that were kept are good for the same alone.
#pragma once
#include <torch/nn/module.h>

#include <cstdint>

#include "roformer/pipeline/embed.h"

namespace roformer::pipeline {

/// Of a module's parameters and buffers: names, shapes and all numbers.
std::uint64_t fingerprint_of(const torch::nn::Module& module);
/// Of an encoder's configuration.
std::uint64_t fingerprint_of(const model::EncoderConfig& config);
/// Of the choices that a vector shows; of `steps` only by source_fingerprint.
std::uint64_t fingerprint_of(const EmbedOptions& options);
/// Of a folder's config.json and of the files of the dense layers that its settings name.
std::uint64_t fingerprint_of(const checkpoint::Folder& folder, const SentenceSettings& settings);

}  // namespace roformer::pipeline
