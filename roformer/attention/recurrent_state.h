// What causal linear attention keeps of the tokens so far: sums of constant size in the place of all
// keys and values (Katharopoulos et al. 2020, section 3.3; Eq. 18 and 19 with n ≤ m).
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace roformer::attention {

/// The sums of one layer, of B sequences; undefined before the first token.
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
  /// The sums of one layer, to be read and replaced.
  RecurrentLayer& layer(std::int64_t index) { return layers_.at(static_cast<std::size_t>(index)); }

  /// Goes on with these sequences only, in this order; one may be taken several times.
  void select(const std::vector<std::int64_t>& sequences);

 private:
  std::vector<RecurrentLayer> layers_;
  std::int64_t num_sequences_;
};

}  // namespace roformer::attention
