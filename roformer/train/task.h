// What the training loop knows of the thing learned: batches, losses, metrics and a model that can
// be saved.
#pragma once
#include <torch/nn/module.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "roformer/train/stage.h"

namespace roformer::train {

/// Which micro-batch is wanted. A task draws it from these numbers alone, so that nothing of the
/// data has to be saved.
struct BatchRequest {
  Stage stage;
  std::int64_t stage_index = 0;
  std::int64_t step = 0;        // 0, 1, … within the stage
  std::int64_t micro_step = 0;  // 0 … stage.accumulate − 1
  std::int64_t update = 0;      // 0, 1, … within the whole run: what is not drawn anew in each
};

/// The loss of one micro-batch as a sum, so that micro-batches of different sizes weigh as their
/// targets.
struct LossSum {
  torch::Tensor loss;  // scalar, Σ over targets, with its graph
  std::int64_t targets = 0;
  std::int64_t correct = 0;
  std::int64_t tokens = 0;
};

/// Named figures in the order of printing.
using Metrics = std::vector<std::pair<std::string, double>>;

class Task {
 public:
  virtual ~Task() = default;

  virtual torch::nn::Module& module() = 0;

  /// Prepares a micro-batch; loss() then works on it.
  virtual void load_batch(const BatchRequest& request) = 0;
  virtual LossSum loss(std::uint64_t dropout_seed) = 0;

  /// Figures on held-out data, the same data each time; leaves the module in training mode. The
  /// first figure is the one that decides which checkpoint was best, and smaller is better.
  virtual Metrics evaluate() = 0;

  /// Writes the model (configuration, weights, vocabulary) into a folder that exists.
  virtual void save_model(const std::filesystem::path& folder) = 0;
  /// Reads the weights back, exactly.
  virtual void load_model(const std::filesystem::path& folder) = 0;
};

}  // namespace roformer::train
