// The most likely next tokens of each row, from the logits of one model or of several, whose
// probabilities are then averaged (fairseq's ensembles).
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "roformer/generate/sentence_beams.h"

namespace roformer::generate {

/// What is the same in all steps of a search.
struct ContinuationOptions {
  std::int64_t per_row = 8;  // tokens to find
  std::int64_t end_token = 0;
  std::vector<std::int64_t> suppressed;  // never found, unless a Choice allows nothing else
};

/// A token and its log probability, which counts what is excluded too: nothing is renormalised
/// (fairseq and transformers agree).
struct Continuation {
  std::int64_t token;
  double log_probability;
};

/// Of each row its continuations, best first; the end token where all others are excluded; none
/// where the logits are not finite. `logits` are one (R, V) float32 tensor on the CPU a model,
/// which are changed.
std::vector<std::vector<Continuation>> best_continuations(std::span<const torch::Tensor> logits,
                                                          std::span<const Choice> choices,
                                                          const ContinuationOptions& options);

}  // namespace roformer::generate
