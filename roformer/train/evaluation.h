// A task on held-out data, and the mode that its module computes in.
#pragma once
#include "roformer/train/task.h"

namespace roformer::train {

/// The module in training or evaluation mode while this lives; then as it was.
class ModeGuard {
 public:
  ModeGuard(torch::nn::Module& module, bool training);
  ~ModeGuard();
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  torch::nn::Module& module_;
  bool was_training_;
};

/// The task's figures on a held-out part, without dropout and gradients.
Metrics evaluate(Task& task, data::Split split);

}  // namespace roformer::train
