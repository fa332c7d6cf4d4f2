// What a training is told, without tensors: read from recipes, kept with checkpoints.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "roformer/data/stage.h"
#include "roformer/product/compute_type.h"

namespace roformer::train {

/// Learning rates over the steps of a run: warm-up, then constant, linear, cosine or
/// inverse-square-root decay.
struct Schedule {
  std::string kind = "linear";  // one of schedule_kinds()
  std::int64_t warmup_steps = 0;
  std::int64_t total_steps = 1;
  double final_ratio = 0;    // linear and cosine end at this share of the peak
  double initial_ratio = 0;  // warm-up begins at this share of the peak; fairseq: 1e-7 of 5e-4
  double warmup_share = 0;   // of total_steps, in the place of warmup_steps; 0: those count
};

/// constant, linear, cosine, inverse_sqrt.
const std::vector<std::string>& schedule_kinds();

/// Throws Error naming the key unless `kind` is known, 0 ≤ warmup_steps ≤ total_steps and the
/// ratios and warmup_share are of [0, 1].
void validate(const Schedule& schedule);

/// The warm-up of a run of `total_steps`: as asked, or a tenth of the run where it is shorter.
std::int64_t fitting_warmup(std::int64_t warmup_steps, std::int64_t total_steps);

/// Gives a schedule its number of steps, and with it its warm-up: warmup_share of them, rounded
/// down, or the fitting one.
void set_total(Schedule& schedule, std::int64_t total_steps);

/// What multiplies the peak learning rate in `step` = 0, 1, … With W warm-up steps and T in all:
///   step < W                from initial_ratio, reached before the first step, to 1 in step W − 1
///   constant                1
///   linear, cosine          from 1 at W to final_ratio at T
///   inverse_sqrt            √(W / (step + 1)), W at least 1 (Vaswani et al. 2017)
double schedule_factor(const Schedule& schedule, std::int64_t step);

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
  std::uint64_t seed = 0;                                          // of dropout
  product::ComputeType precision = product::ComputeType::float32;  // of products with a gradient
  std::int64_t log_every = 10;                                     // steps; the intervals are ≥ 1
  std::int64_t evaluate_every = 1000;
  std::int64_t checkpoint_every = 1000;
  // The run ends when so many evaluations in a row were not better than the best; 0: never.
  std::int64_t patience = 0;
  std::int64_t keep_last = 1;  // models of so many checkpoints, for averages
  bool keep_best = false;      // the model of the best evaluation
  FlatRecipe recipe;           // saved with each checkpoint, compared on resume
};

}  // namespace roformer::train
