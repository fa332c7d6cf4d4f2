// Label-smoothed cross entropy of rows of logits and its gradient. No torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"

namespace roformer::model {

/// What the rows have in common, in fairseq's form (criterions/label_smoothed_cross_entropy.py):
/// loss = (1 − ε − ε / (V − 1)) (−log p_y) + ε / (V − 1) Σ_j (−log p_j).
struct SmoothedLossTask {
  std::int64_t words;  // V
  double smoothing;    // ε
};

/// Sums over rows.
struct SmoothedLossSums {
  double loss = 0;
  double negative_log_likelihood = 0;  // −log p_y
  std::int64_t correct = 0;            // rows whose label has the largest logit
};

/// Rows begin .. end − 1 of logits (rows, V) and labels (rows). Each row becomes its gradient,
/// ∂loss/∂logits, if `with_gradient`.
template <base::Isa isa>
SmoothedLossSums smoothed_loss_rows(const SmoothedLossTask& task, float* logits,
                                    const std::int64_t* labels, bool with_gradient,
                                    std::int64_t begin, std::int64_t end);

}  // namespace roformer::model
