// Linear attention over a packed batch, Eq. 18 and 19: the weights φ(q_m) · φ(k_n) are never
// computed for all pairs; memory and time grow with N.
//
//   out_m = Σ_n (q_m · k_n) v_n / (Σ_n q'_m · k'_n + ε),   n ≤ m where tokens look back only.
//
// In Eq. 19 q and k are the rotated R_m φ(q_m), R_n φ(k_n), while q' and k' are not rotated.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/attention/span.h"

namespace roformer::attention {

/// What causal linear attention keeps of the tokens so far: sums of constant size in the place of
/// all keys and values (Katharopoulos et al. 2020, section 3.3; Eq. 18 and 19 with n ≤ m).
/// The sums of one layer, of B sequences, never in a half type; undefined before the first token.
struct RecurrentLayer {
  torch::Tensor numerator;    // (B, H, F, D): Σ φ(k_n) v_nᵀ, with φ(k_n) rotated in Eq. 19
  torch::Tensor denominator;  // (B, H, F): Σ φ(k_n), never rotated
};

/// The sums of B sequences in all layers of a decoder. Not for training: they keep no gradient.
class RecurrentState {
 public:
  RecurrentState(std::int64_t num_layers, std::int64_t num_sequences)
      : layers_(static_cast<std::size_t>(num_layers)), num_sequences_(num_sequences) {}

  std::int64_t num_sequences() const { return num_sequences_; }
  /// The sums of one layer, to be read and written in place.
  RecurrentLayer& layer(std::int64_t index) { return layers_.at(static_cast<std::size_t>(index)); }

  /// Goes on with these sequences only, in this order; one may be taken several times.
  void select(const std::vector<std::int64_t>& sequences);
  /// `count` sequences more, without tokens, behind the others.
  void add(std::int64_t count);

 private:
  std::vector<RecurrentLayer> layers_;
  std::int64_t num_sequences_;
};

/// Feature-mapped queries and keys, (N, H, F) each, and values (N, H, D).
struct LinearInputs {
  torch::Tensor q, k;            // of the numerator
  torch::Tensor q_norm, k_norm;  // of the denominator; the same tensors where nothing rotates
  torch::Tensor v;
};

struct LinearOptions {
  double epsilon = 0.0;    // added to the denominator
  bool normalizes = true;  // false: the denominator is 1 (Shen's map)
};

/// Result (N, H, D). A later token changes no earlier row by a bit, if it is finite (an infinite or
/// NaN value spoils the rows of its chunk). Spans are those of self-attention, two-sided or causal
/// without a prefix. With a state they are causal, and each continues its sequence: the sums are
/// read and replaced; no gradient then. Throws Error for other spans and shapes.
torch::Tensor linear_attention(const LinearInputs& inputs, const std::vector<Span>& spans,
                               const LinearOptions& options, RecurrentLayer* state = nullptr);

/// The same in LibTorch's operators, differentiable, on any device and in any type: causal spans by
/// chunks, what the kernel must equal. The sums of half types are taken in float32.
torch::Tensor composed_linear_attention(const LinearInputs& given, const std::vector<Span>& spans,
                                        const LinearOptions& options,
                                        RecurrentLayer* state = nullptr);

/// The inputs in the type that their sums are taken in: float32 in the place of half types.
LinearInputs widened(const LinearInputs& x);

/// Whether queries look back only. Throws Error unless they are two-sided or causal self-attention.
bool looks_back(const std::vector<Span>& spans);

}  // namespace roformer::attention
