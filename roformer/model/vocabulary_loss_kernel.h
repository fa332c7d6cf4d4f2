// Cross entropy of rows of logits, smoothed or not, and its gradient. No torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"

namespace roformer::model {

/// What the rows have in common: loss = `own` (−log p_y) + `each` Σ_j (−log p_j). With fairseq's
/// smoothing ε (criterions/label_smoothed_cross_entropy.py) each = ε / (V − 1), own = 1 − ε − each.
struct VocabularyLossTask {
  std::int64_t words;  // V
  double own, each;
};

/// Sums over rows.
struct VocabularyLossSums {
  double loss = 0;
  double negative_log_likelihood = 0;  // −log p_y
  std::int64_t correct = 0;            // rows whose first largest logit is the label's
};

/// Where the gradient of rows goes.
enum class LogitsGradient {
  none,      // logits stay as they are
  in_place,  // each row becomes ∂loss/∂logits
  and_bias,  // and is added to the bias gradient
};

/// Rows begin .. end − 1 of logits (rows, V) and labels (rows); bias_gradient (V) if and_bias.
template <base::Isa isa>
VocabularyLossSums vocabulary_loss_rows(const VocabularyLossTask& task, float* logits,
                                        const std::int64_t* labels, LogitsGradient gradient,
                                        float* bias_gradient, std::int64_t begin, std::int64_t end);

}  // namespace roformer::model
