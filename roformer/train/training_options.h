// What a training is told, without tensors: read from recipes, kept with checkpoints.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/data/stage.h"
#include "roformer/train/flat_recipe.h"
#include "roformer/train/schedule.h"

namespace roformer::train {

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
