// What the training loop knows of what is learned: batches, losses, figures and a model to save.
#pragma once
#include <torch/nn/module.h>

#include <any>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/data/stage.h"
#include "roformer/metric/token_score.h"

namespace roformer::train {

/// A batch of a task, which alone knows what is in it.
using MicroBatch = std::any;

/// The loss of one batch as a sum, so that batches of different sizes weigh as their targets.
struct LossSum {
  torch::Tensor loss;                  // scalar, Σ over targets, with its graph
  double negative_log_likelihood = 0;  // Σ over targets, without smoothing
  std::int64_t targets = 0;
  std::int64_t correct = 0;
  std::int64_t tokens = 0;
  // In evaluation mode what figures() needs beside the sums; undefined: nothing.
  torch::Tensor outputs = {};
};

/// A held-out part whose losses are known.
struct Evaluated {
  data::Split split = data::Split::validation;
  metric::TokenScore score;
  std::vector<torch::Tensor> outputs;  // LossSum::outputs of each batch, in the order of held_out
};

/// Named figures in the order of printing.
using Metrics = std::vector<std::pair<std::string, double>>;

/// The figure that decides which of several models is best.
struct DecidingFigure {
  std::string name = "loss";
  bool larger_is_better = false;

  /// What is to be made small.
  double cost(double value) const { return larger_is_better ? -value : value; }
  /// The cost of figures; infinite where they lack this one, as of a part without an entity.
  double cost_of(const Metrics& figures) const;
};

/// What is learned.
class Task {
 public:
  virtual ~Task() = default;

  virtual torch::nn::Module& module() = 0;  // whose weights are learned
  /// What multiplies the learning rate of a parameter of the module, by its name there.
  virtual double rate_factor(const std::string& /*parameter*/) const { return 1; }
  /// Begins update 0, 1, … of the run: what is not drawn anew in each hangs on its number.
  virtual void begin_update(std::int64_t update, std::uint64_t seed) = 0;

  /// A pure function of the request. Safe to call beside loss().
  virtual MicroBatch batch(const data::BatchRequest& request) const = 0;
  /// Batches of a held-out part, the same each time. Throws Error where there are none.
  virtual std::vector<MicroBatch> held_out(data::Split split) const = 0;

  /// Whether LossSum::correct says anything: of numbers and cosines none is right or wrong.
  virtual bool counts_correct() const { return true; }
  /// The loss of a batch that this task made, in the module's present mode.
  virtual LossSum loss(const MicroBatch& batch, std::uint64_t dropout_seed) = 0;
  /// Figures of a held-out part, in evaluation mode.
  virtual Metrics figures(const Evaluated& evaluated) = 0;
  /// Which of its figures decides which model is best.
  virtual DecidingFigure deciding_figure() const { return {}; }

  /// Writes the model (configuration, weights, vocabulary) into a folder that exists.
  virtual void save_model(const std::filesystem::path& folder) = 0;
  /// Reads the weights back, exactly.
  virtual void load_model(const std::filesystem::path& folder) = 0;
};

/// The module in training or evaluation mode while this lives; then as it was.
class ModeGuard {
 public:
  ModeGuard(torch::nn::Module& module, bool training)
      : module_(module), was_training_(module.is_training()) {
    module_.train(training);
  }
  ~ModeGuard() { module_.train(was_training_); }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  torch::nn::Module& module_;
  bool was_training_;
};

/// Losses and outputs of a held-out part, without dropout and gradients.
Evaluated evaluated_part(Task& task, data::Split split);
/// The task's figures on it.
Metrics evaluate(Task& task, data::Split split);

}  // namespace roformer::train
