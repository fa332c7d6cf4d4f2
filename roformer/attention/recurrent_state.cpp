#include "roformer/attention/recurrent_state.h"

#include <torch/types.h>

namespace roformer::attention {

void RecurrentState::select(const std::vector<std::int64_t>& sequences) {
  const torch::Tensor rows = torch::tensor(sequences, torch::kInt64);
  for (RecurrentLayer& layer : layers_) {
    if (!layer.numerator.defined()) continue;
    layer.numerator = layer.numerator.index_select(0, rows.to(layer.numerator.device()));
    layer.denominator = layer.denominator.index_select(0, rows.to(layer.denominator.device()));
  }
  num_sequences_ = static_cast<std::int64_t>(sequences.size());
}

}  // namespace roformer::attention
