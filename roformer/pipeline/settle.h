// A pipeline's model goes where it computes and gets ready for it.
#pragma once
#include <torch/nn/module.h>

#include "roformer/pipeline/lines.h"
#include "roformer/product/compute_type.h"

namespace roformer::pipeline {

/// Moves the model to the options' device and prepares its linear layers in their compute type, but
/// for float32: that form is as large as the weights. Weights of int8 are widened for other types.
/// The type. Throws Error for a compute type that the device does not have.
product::ComputeType settle(torch::nn::Module& model, const PipelineOptions& options);

/// The same of a model that writes token by token: float32 is prepared too, since each step would
/// lay all weights out anew, which costs as much as its products.
product::ComputeType settle_for_decoding(torch::nn::Module& model, const PipelineOptions& options);

}  // namespace roformer::pipeline
