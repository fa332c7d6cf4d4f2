#include "roformer/attention/linear_attention.h"

#include <torch/torch.h>

namespace roformer::attention {

torch::Tensor linear_attention(const LinearInputs& inputs, const std::vector<Span>& spans,
                               const LinearOptions& options, RecurrentLayer* state) {
  return composed_linear_attention(inputs, spans, options, state);
}

}  // namespace roformer::attention
