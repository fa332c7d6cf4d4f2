// The feature maps φ of linear attention, Eq. 17 to 19. D is the size of a head, m the number of
// features, w (m, D) the random features.
//
//   elu       elu(x) + 1                                           Katharopoulos et al. 2020
//   shen      φ(q) = softmax over features, φ(k) = softmax over positions; denominator 1
//                                                                  Shen et al. 2021
//   shen_exp  φ(q) = softmax over features, φ(k) = exp(k)          Eq. 18 as the paper words it
//   favor     m^(−1/2) (exp(w · x − |x|² / 2 − c) + 1e-4), x scaled by D^(−1/4)
//                                                                  FAVOR+, Choromanski et al. 2021
//   relu      relu(w · x) + 1e-3, x scaled by D^(−1/4)             performer-pytorch's form of it
//
// c keeps exponentials in range: of queries the largest w · x over the token's own features; of
// keys in two-sided attention the largest over features and positions of the sequence. A causal
// model must not look at later keys, not even through rounding: its c is 0, and exponents are cut
// at 60 (of exp(k) at ±60). (w · x − |x|² / 2 is at most |w|² / 2, some 32 at D = 64.) Shen's
// softmax over positions is, in a causal model, a running one: φ(q) is divided by the running sums
// of exp(k); a form of our own, since Shen has none.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <vector>

#include "roformer/attention/feature_attention_kernel.h"
#include "roformer/attention/linear_attention.h"
#include "roformer/attention/linear_settings.h"
#include "roformer/attention/recurrent_step_kernel.h"

namespace roformer::attention {

/// (m, D): blocks of D orthonormal rows, each row as long as a fresh Gaussian row
/// (performer-pytorch, ortho_scaling 0). Drawn from `seed`.
torch::Tensor orthogonal_features(std::int64_t num_features, std::int64_t head_size,
                                  std::uint64_t seed);

/// φ of favor and relu: x (N, H, D) and w (m, D) → (N, H, m). Keys are those of tokens that look
/// back only.
torch::Tensor random_query_features(const torch::Tensor& q, const torch::Tensor& projection,
                                    RandomMap map);
torch::Tensor random_key_features(const torch::Tensor& k, const torch::Tensor& projection,
                                  RandomMap map);

/// φ of one layer. Buffer `projection` (m, D) for favor and relu, shared by the heads, saved with
/// the weights; drawn by the model, and anew each redraw_interval updates of a training.
class FeatureMapImpl : public torch::nn::Module {
 public:
  FeatureMapImpl(const LinearSettings& settings, std::int64_t head_size);

  /// q, k, v (N, H, D) → what linear_attention takes, not rotated. `state`: of the tokens before,
  /// or null; is read only. Features of half types are float32: half's exponentials overflow.
  LinearInputs map(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                   const std::vector<Span>& spans, const RecurrentLayer* state = nullptr) const;
  LinearOptions options() const;

  /// Whether w is drawn: favor, relu.
  bool is_random() const { return projection_.defined(); }
  bool is_favor() const { return settings_.feature_map == "favor"; }
  RandomMap random_map() const { return is_favor() ? RandomMap::favor : RandomMap::relu; }
  torch::Tensor projection() const { return projection_; }
  /// What is added to random features.
  double epsilon() const;
  /// φ as the kernel of one token has it, for heads of D; valid as long as w stays where it is.
  RecurrentStep step(std::int64_t head_size) const;
  /// Numbers that φ makes of a head's D.
  std::int64_t feature_size(std::int64_t head_size) const {
    return attention::feature_size(settings_, head_size);
  }

  /// Draws w, if φ has it.
  void draw(std::uint64_t seed);
  /// Draws w anew if update `update` > 0 is a multiple of the interval; a function of both numbers.
  void begin_update(std::int64_t update, std::uint64_t seed);

 private:
  torch::Tensor keys(const torch::Tensor& k, const std::vector<Span>& spans) const;
  torch::Tensor queries(const torch::Tensor& q) const;

  LinearSettings settings_;
  torch::Tensor projection_;
};
TORCH_MODULE(FeatureMap);

}  // namespace roformer::attention
