// From a recipe to a trained model in a folder: what `roformer train` and the studies call.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include "roformer/task/material.h"
#include "roformer/train/trainer.h"

namespace roformer::task {

/// Numbers that a module learns.
std::int64_t count_parameters(const torch::nn::Module& module);

/// Trains in `folder`, or goes on there, until the end or a signal; writes recipe.toml and
/// report.html too. Throws Error as train::Trainer and Material do.
train::Outcome run_training(const Recipe& recipe, const Material& material,
                            train::RunFolder& folder, torch::Device device);

}  // namespace roformer::task
