// AdamW as torch.optim.AdamW computes it, with the clipping of the gradient folded into the one
// pass. Loshchilov and Hutter 2017, "Decoupled Weight Decay Regularization".
#pragma once
#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "roformer/train/training_options.h"

namespace roformer::train {

/// Whether weight decay applies to a parameter: not to biases and not to the weights of LayerNorm.
bool has_weight_decay(const std::string& name);

class AdamW {
 public:
  using NamedParameters = std::vector<std::pair<std::string, torch::Tensor>>;

  /// What multiplies the learning rate of a parameter, by its name.
  using RateFactor = std::function<double(const std::string& name)>;

  /// Moments start at zero. Contiguous float32 on the CPU takes the fused pass, all else the
  /// composed one. Without a factor all learn at the same rate.
  AdamW(NamedParameters parameters, const AdamWOptions& options,
        const RateFactor& rate_factor = nullptr);

  /// One update; weights decay at their own rate, as in PyTorch's groups of parameters. The
  /// gradients are multiplied by `gradient_scale` (1 / targets when losses were summed), clipped,
  /// used, and dropped. Returns the global norm before clipping; if it is not finite, nothing is
  /// changed. Deterministic in the number of threads.
  double step(double learning_rate, double gradient_scale = 1);

  /// The number of updates so far.
  std::int64_t steps() const { return steps_; }
  /// "exp_avg.{name}" and "exp_avg_sq.{name}" of every parameter; they share memory with us.
  std::map<std::string, torch::Tensor> state() const;
  /// Goes on from a saved state: copies the tensors in. Throws Error for a missing tensor or
  /// another shape.
  void restore(const std::map<std::string, torch::Tensor>& saved, std::int64_t steps);

 private:
  struct Slot {
    std::string name;
    torch::Tensor weight, first, second;
    std::size_t group;
  };
  // Parameters that are updated alike.
  struct Group {
    double weight_decay;
    double rate_factor;
    friend bool operator==(const Group&, const Group&) = default;
  };
  std::size_t group_of(const Group& group);
  double clip_factor(double norm) const;

  std::vector<Slot> slots_;
  std::vector<Group> groups_;
  AdamWOptions options_;
  std::int64_t steps_ = 0;
};

/// The update of one parameter in ATen operations: the mathematics in plain words, for every type
/// and device.
void adamw_composed(torch::Tensor& weight, const torch::Tensor& gradient, torch::Tensor& first,
                    torch::Tensor& second, const AdamWOptions& options, double weight_decay,
                    double learning_rate, std::int64_t step);

}  // namespace roformer::train
