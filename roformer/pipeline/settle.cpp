#include "roformer/pipeline/settle.h"

#include <torch/nn/module.h>

#include "roformer/base/error.h"
#include "roformer/model/int8_weights.h"
#include "roformer/model/linear.h"

namespace roformer::pipeline {

product::ComputeType settle(torch::nn::Module& model, const PipelineOptions& options) {
  using product::ComputeType;
  const bool is_int8 = model::holds_int8(model), on_cpu = options.device.is_cpu();
  const ComputeType type =
      options.compute_type.value_or(is_int8 && on_cpu ? ComputeType::int8 : ComputeType::float32);
  base::require(on_cpu || type == ComputeType::float32,
                "[pipeline] {}: expected the compute type float32 on {} but got {}, which is of "
                "the CPU alone",
                options.name, options.device.str(), product::compute_type_name(type));
  if (is_int8 && type != ComputeType::int8) model::widen_int8(model);
  model.to(options.device);
  if (type != ComputeType::float32) model::prepare_for_inference(model, type);
  return type;
}

product::ComputeType settle_for_decoding(torch::nn::Module& model, const PipelineOptions& options) {
  const product::ComputeType type = settle(model, options);
  if (options.device.is_cpu() && type == product::ComputeType::float32)
    model::prepare_for_inference(model);
  return type;
}

}  // namespace roformer::pipeline
