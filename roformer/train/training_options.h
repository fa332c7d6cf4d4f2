// What a training is told, without tensors: read from recipes, kept with checkpoints.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "roformer/data/stage.h"
#include "roformer/train/schedule.h"

namespace roformer::train {

/// A recipe's keys and values, flat: "optimizer.beta1" → "0.9".
using FlatRecipe = std::map<std::string, std::string>;

/// A key with its values in two recipes; "nothing" where one lacks it.
struct RecipeDifference {
  std::string key, first, second;
};

/// The first key, of those that `counts` accepts, in which two recipes differ; one that only one of
/// them has is a difference.
std::optional<RecipeDifference> first_difference(
    const FlatRecipe& first, const FlatRecipe& second,
    const std::function<bool(const std::string& key)>& counts);

/// AdamW's constants (adamw.h).
struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
  double clip_norm = 1.0;  // largest global norm of the gradient; 0: no clipping
};

/// A whole training.
struct TrainingOptions {
  std::string title = "training";  // of the progress bar
  std::vector<data::Stage> stages;
  AdamWOptions optimizer;
  double learning_rate = 1e-4;  // peak, where the stage has none of its own
  Schedule schedule;
  std::uint64_t seed = 0;       // of dropout
  std::int64_t log_every = 10;  // steps; the intervals are ≥ 1
  std::int64_t evaluate_every = 1000;
  std::int64_t checkpoint_every = 1000;
  std::int64_t keep_last = 1;  // models of so many checkpoints, for averages
  bool keep_best = false;      // the model of the best evaluation
  FlatRecipe recipe;           // saved with each checkpoint, compared on resume
};

}  // namespace roformer::train
