// Learning rates over the steps of a run: warm-up, then constant, linear, cosine or
// inverse-square-root decay.
#pragma once
#include <cstdint>
#include <string>

namespace roformer::train {

struct Schedule {
  std::string kind = "linear";  // constant, linear, cosine, inverse_sqrt
  std::int64_t warmup_steps = 0;
  std::int64_t total_steps = 1;
  double final_ratio = 0;    // linear and cosine end at this share of the peak
  double initial_ratio = 0;  // warm-up begins at this share of the peak; fairseq: 1e-7 of 5e-4
};

/// Throws Error naming the key unless `kind` is known, 0 ≤ warmup_steps ≤ total_steps and
/// final_ratio is of [0, 1].
void validate(const Schedule& schedule);

/// What the peak learning rate is multiplied by in step `step` = 0, 1, … With W warm-up steps and T
/// in all:
///   step < W                from initial_ratio, reached before the first step, to 1 in step W − 1
///   constant                1
///   linear, cosine          from 1 at W to final_ratio at T
///   inverse_sqrt            √(W / (step + 1)), W at least 1 (Vaswani et al. 2017)
double schedule_factor(const Schedule& schedule, std::int64_t step);

}  // namespace roformer::train
