// Weights of new modules that wait for a file: they have a shape and no memory, so a module can be
// built and compared with a file before anything is drawn or taken from the system.
#pragma once
#include <torch/types.h>

namespace roformer::format {

/// While one lives, the weights that this thread makes are blank.
class BlankWeights {
 public:
  BlankWeights();
  ~BlankWeights();
  BlankWeights(const BlankWeights&) = delete;
  BlankWeights& operator=(const BlankWeights&) = delete;
};

/// Whether there is one: then nothing reads or writes weights.
bool weights_are_blank();

/// A new weight of `shape`, float32, of no certain values. Throws Error for a shape that no memory
/// holds.
torch::Tensor new_weight(torch::IntArrayRef shape);

/// The same with the values that `fill(weight)` gives it, unless it is blank.
template <typename Fill>
torch::Tensor new_weight(torch::IntArrayRef shape, const Fill& fill) {
  torch::Tensor weight = new_weight(shape);
  if (!weights_are_blank()) fill(weight);
  return weight;
}

/// Gives a blank weight its memory, for all who hold it; others stay as they are.
void give_memory(const torch::Tensor& weight);

}  // namespace roformer::format
