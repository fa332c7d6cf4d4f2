// Softmax attention over a packed batch as one operator with a gradient: Eq. 2 without a padded
// token anywhere.
//
// Registered as torch.ops.roformer.packed_self_attention. On the CPU it is our fused kernel in
// float32, which half types are widened for; other types and devices take the composed form, and so
// does a gradient that is differentiated itself.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "roformer/attention/pair_terms.h"
#include "roformer/attention/span.h"
#include "roformer/position/pair_product.h"

namespace roformer::attention {

/// What distinguishes one softmax attention from another, beside its spans.
struct AttentionOptions {
  double scale = 1.0;              // factor of q · k, 1 / sqrt(D) in most encodings
  double dropout = 0.0;            // probability that a weight is dropped, [0, 1)
  std::uint64_t dropout_seed = 0;  // the mask is a function of it
  // What `scale` is a factor of. Nothing is added to moduli.
  position::PairProduct product = position::PairProduct::real;
};

/// What an encoding adds to a group of G sequences of equal length: hooks 3 and 4 of the design
/// (Eq. 5 to 10). Queries and keys come as (G, H, T, D), positions as (G, T). Where q, k and v are
/// of a half type, queries, keys and weights come in float32, and the sums stay in it.
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

/// qkv: (N, 3, H, D); result (N, H, D). Spans may be empty; queries that see no key give zero. The
/// terms are what an encoding adds where positions follow each other.
/// Throws Error for spans that share keys where a gradient is asked for, for terms whose tables do not
/// reach the spans' distances and positions, for terms beside moduli, and for moduli of an odd D.
torch::Tensor packed_self_attention(const torch::Tensor& qkv, const std::vector<Span>& spans,
                                    const AttentionOptions& options, const PlacedTerms& terms = {});

/// q: (N_q, H, D), k and v: (N_k, H, D), of any strides between rows; result (N_q, H, D). Spans may
/// share keys only where no gradient is asked for, else it throws Error.
torch::Tensor packed_attention(const torch::Tensor& q, const torch::Tensor& k,
                               const torch::Tensor& v, const std::vector<Span>& spans,
                               const AttentionOptions& options);

/// The same in LibTorch's operators, group by group of neighbouring sequences of equal length: what
/// the fused operator must equal, and what runs where it cannot (other types and devices, encodings
/// that act on scores or values, requests for the weights). Half types are computed in float32, and
/// the result is rounded once.
/// q: (N_q, H, D), k: (N_k, H, D), v: (N_k, H, D_v). Result (N_q, H, D_v); zero for queries that
/// see no key. `weights`, if given, receives one (H, T_q, T_k) tensor a span, after softmax, before
/// dropout.
torch::Tensor composed_attention(const torch::Tensor& q, const torch::Tensor& k,
                                 const torch::Tensor& v, const std::vector<Span>& spans,
                                 const AttentionOptions& options, const AttentionTerms& terms = {},
                                 std::vector<torch::Tensor>* weights = nullptr);

/// The same with terms by distance, in LibTorch's operators: what the fused operator must equal.
torch::Tensor composed_attention(const torch::Tensor& q, const torch::Tensor& k,
                                 const torch::Tensor& v, const std::vector<Span>& spans,
                                 const AttentionOptions& options, const PlacedTerms& terms);

/// Whether each span has so few queries that packing its keys would cost more than it saves: a step
/// of decoding, whose queries are one a sequence, or one a beam on the keys of their sentence.
bool has_few_queries(const std::vector<Span>& spans);

/// As packed_attention, on the CPU in float32, without dropout or gradient, for spans of few
/// queries and scores of q · k; rows of q, k and v are dense.
torch::Tensor few_queries_attention(const torch::Tensor& q, const torch::Tensor& k,
                                    const torch::Tensor& v, const std::vector<Span>& spans,
                                    double scale);

}  // namespace roformer::attention
