// The interface that mirrors Equation 1: where a position may enter a transformer. Attention and
// model call the hooks and know no encoding by name; each encoding overrides the hooks it needs, in
// a file of its own.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/position/encoding_names.h"

namespace roformer::position {

/// What is projected from a token: f_q, f_k, f_v of Eq. 1.
enum class Role { query, key, value };

/// The positions of a forward pass and what an encoding computed from them once, for all layers.
struct Positions {
  torch::Tensor ids;                    // (N) int64
  std::vector<torch::Tensor> prepared;  // the encoding's own, e.g. cosines and sines
};

class PositionEncoding : public torch::nn::Module {
 public:
  /// Called once per forward pass. `type` is the type of the computation.
  virtual Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) const;

  /// x (N, E), the sum of the other embeddings, before their LayerNorm; Eq. 3 and 4.
  virtual torch::Tensor embed(const torch::Tensor& x, const Positions& positions) const;

  /// x (N, H, D) queries, keys or values after their projection; Eq. 14.
  virtual torch::Tensor transform(const torch::Tensor& x, const Positions& positions,
                                  Role role) const;

  /// The same for a whole packed buffer qkv (N, 3, H, D), which may be changed in place. By default
  /// transform for each part if `transforms()`, else nothing.
  virtual torch::Tensor transform_packed(torch::Tensor qkv, const Positions& positions) const;
  virtual bool transforms() const { return false; }

  /// Added to the scaled scores (G, H, T_q, T_k) of a group of equal length; Eq. 5 to 10. Only if
  /// `acts_on_scores()`.
  virtual torch::Tensor score_bias(const torch::Tensor& q, const torch::Tensor& k,
                                   const torch::Tensor& q_positions,
                                   const torch::Tensor& k_positions) const;
  virtual bool acts_on_scores() const { return false; }

  /// Added to the output (G, H, T_q, D), from the weights; Eq. 5. Only if `acts_on_values()`.
  virtual torch::Tensor value_term(const torch::Tensor& weights, const torch::Tensor& q_positions,
                                   const torch::Tensor& k_positions) const;
  virtual bool acts_on_values() const { return false; }

  /// What the scores are divided by; sqrt(D) but for DeBERTa, TUPE and T5.
  virtual double score_divisor(std::int64_t head_size) const;
};

/// Sizes and options that an encoding may need.
struct EncodingOptions {
  std::string name = "rotary";  // none, learned, sinusoidal, rotary
  std::int64_t embedding_size = 0;
  std::int64_t head_size = 0;
  std::int64_t max_positions = 0;   // rows of a learned table
  double initializer_range = 0.02;  // standard deviation of a learned table
  double rope_theta = 10000.0;      // rotary: base of the angles
  std::int64_t rotary_dim = 0;      // rotary: dimensions that turn; 0 is the whole head
  bool rotary_interleaved = true;   // rotary: pairs (2i, 2i + 1)
  bool rotary_value = false;        // rotary: values turn too
};

/// Throws Error naming the known encodings for an unknown name.
std::shared_ptr<PositionEncoding> make_encoding(const EncodingOptions& options);

}  // namespace roformer::position
