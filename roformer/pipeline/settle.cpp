#include "roformer/pipeline/settle.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/model/linear.h"

namespace roformer::pipeline {

void settle(torch::nn::Module& model, const PipelineOptions& options) {
  base::require(options.device.is_cpu() || options.compute_type == product::ComputeType::float32,
                "[pipeline] {}: expected the compute type float32 on {} but got {}, which is of "
                "the CPU alone",
                options.name, options.device.str(),
                product::compute_type_name(options.compute_type));
  model.to(options.device);
  if (options.compute_type != product::ComputeType::float32)
    model::prepare_for_inference(model, options.compute_type);
}

void settle_for_decoding(torch::nn::Module& model, const PipelineOptions& options) {
  settle(model, options);
  if (options.device.is_cpu() && options.compute_type == product::ComputeType::float32)
    model::prepare_for_inference(model);
}

}  // namespace roformer::pipeline
