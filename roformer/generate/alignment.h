// Which source tokens a translation's tokens look at: the weights of the last layer's
// cross-attention, the mean of its heads (fairseq's alignment).
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/model/encoder_decoder.h"

namespace roformer::generate {

/// One matrix a pair: (T + 1, M) float32 on the CPU, row t the weights on the M source tokens (the
/// end token with them) when target token t was chosen, the last row those of the end token. Rows
/// add up to 1. `targets` are without start and end token; `model` is in evaluation mode.
std::vector<torch::Tensor> align(model::EncoderDecoder model,
                                 const std::vector<std::vector<std::int64_t>>& sources,
                                 const std::vector<std::vector<std::int64_t>>& targets,
                                 torch::Device device = torch::kCPU);

}  // namespace roformer::generate
