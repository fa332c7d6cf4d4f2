#include "roformer/generate/alignment.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/packed/packed_batch.h"

namespace roformer::generate {
namespace {

using torch::Tensor;
using Ids = std::vector<std::int64_t>;

// Weights of all heads and layers are kept until a pass ends.
constexpr std::size_t pairs_at_once = 16;

}  // namespace

std::vector<Tensor> align(model::EncoderDecoder model, const std::vector<Ids>& sources,
                          const std::vector<Ids>& targets, torch::Device device) {
  const torch::NoGradGuard no_gradient;
  base::require(sources.size() == targets.size(),
                "[generate] expected as many targets as sources, {}, but got {}", sources.size(),
                targets.size());
  std::vector<Tensor> result;
  for (std::size_t begin = 0; begin < sources.size(); begin += pairs_at_once) {
    data::TokenBatch source, target;
    for (std::size_t i = begin; i < std::min(begin + pairs_at_once, sources.size()); ++i) {
      source.append(sources[i]);
      Ids read = {model->config().decoder_start_token_id};
      read.insert(read.end(), targets[i].begin(), targets[i].end());
      target.append(read);
    }
    const packed::PackedBatch packed = packed::from_tokens(source).to(device);
    const model::Memory memory{model->encode(packed), packed.cu_seqlens};
    model::EncoderTrace trace;
    trace.want_attentions = true;
    model::ForwardOptions options;
    options.memory = &memory;
    options.trace = &trace;
    model->decode(packed::from_tokens(target).to(device), options);
    for (const Tensor& weights : trace.cross_attentions.back())
      result.push_back(weights.mean(0).to(torch::kCPU, torch::kFloat32));
  }
  return result;
}

}  // namespace roformer::generate
