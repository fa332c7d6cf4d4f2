// What distinguishes one softmax attention from another, beside its spans.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "roformer/attention/span.h"

namespace roformer::attention {

struct AttentionOptions {
  double scale = 1.0;              // factor of q · k, 1 / sqrt(D) in most encodings
  double dropout = 0.0;            // probability that a weight is dropped, [0, 1)
  std::uint64_t dropout_seed = 0;  // the mask is a function of it
};

/// What an encoding adds to a group of G sequences of equal length: hooks 3 and 4 of the design
/// (Eq. 5 to 10). Queries and keys come as (G, H, T, D), positions as (G, T).
struct AttentionTerms {
  /// Added to the scaled scores; any shape that broadcasts to (G, H, T_q, T_k). Empty: nothing.
  std::function<torch::Tensor(const torch::Tensor& q, const torch::Tensor& k,
                              const torch::Tensor& q_positions, const torch::Tensor& k_positions)>
      score_bias;
  /// Added to the output, from the weights (G, H, T_q, T_k); shape (G, H, T_q, D). Empty: nothing.
  std::function<torch::Tensor(const torch::Tensor& weights, const torch::Tensor& q_positions,
                              const torch::Tensor& k_positions)>
      value_term;
  torch::Tensor q_positions = {};  // (N_q) int64, for the terms
  torch::Tensor k_positions = {};  // (N_k) int64
};

}  // namespace roformer::attention
