// A pipeline's model goes where it computes and gets ready for it.
#pragma once
#include <torch/nn/module.h>

#include "roformer/pipeline/lines.h"

namespace roformer::pipeline {

/// Moves the model to the options' device and prepares its linear layers in their compute type.
/// Throws Error for a compute type that the device does not have.
void settle(torch::nn::Module& model, const PipelineOptions& options);

}  // namespace roformer::pipeline
