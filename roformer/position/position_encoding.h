// The interface that mirrors Equation 1: where a position may enter a transformer. Attention and
// model call the hooks and know no encoding by name; each encoding overrides the hooks it needs, in
// a file of its own. One object serves all layers of a model; what belongs to a layer alone is a
// parameter "layer.{i}.…" of it.
#pragma once
#include <c10/core/TensorOptions.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/packed/packed_batch.h"
#include "roformer/position/distance_terms.h"
#include "roformer/position/encoding_settings.h"
#include "roformer/position/pair_product.h"
#include "roformer/rope/angles.h"

namespace roformer::position {

/// What is projected from a token: f_q, f_k, f_v of Eq. 1.
enum class Role { query, key, value };

/// The positions of a forward pass and what an encoding computed from them once, for all layers.
struct Positions {
  torch::Tensor ids;                    // (N) int64
  std::vector<torch::Tensor> prepared;  // the encoding's own, e.g. cosines and sines
};

/// The layer's products that made queries and keys from tokens; biases may be undefined.
struct Projections {
  torch::Tensor query_weight, query_bias;  // (H D, hidden), (H D)
  torch::Tensor key_weight, key_bias;
};

/// What the scores of G sequences of equal length are made of. Queries and keys of half types come
/// in float32, and so goes the answer.
struct ScoreInputs {
  torch::Tensor q, k;                      // (G, H, T_q, D), (G, H, T_k, D)
  torch::Tensor q_positions, k_positions;  // (G, T_q), (G, T_k) int64
  std::int64_t layer = 0;
  Projections projections = {};
  bool training = false;
  std::uint64_t dropout_seed = 0;  // of this layer; masks are a function of it
};

/// What terms by distance are made of. Numbers come in the type and place of `like`, float32 where
/// the model has a half type.
struct DistanceInputs {
  torch::Tensor distances;         // (R) int64: n − m
  std::int64_t num_positions = 0;  // all positions are below
  torch::TensorOptions like;
  std::int64_t layer = 0;
  Projections projections = {};
  bool training = false;
  std::uint64_t dropout_seed = 0;  // of this layer; masks are a function of it
};

/// What the value term is made of.
struct ValueInputs {
  torch::Tensor weights;                   // (G, H, T_q, T_k), after softmax and dropout
  torch::Tensor q_positions, k_positions;  // (G, T_q), (G, T_k) int64
  std::int64_t layer = 0;
};

/// What turns of a token in a step of decoding.
struct TokenRotation {
  std::int64_t parts = 0;  // of queries, keys and values the first so many: 0, 2 or 3
  bool features = false;   // or those of linear attention
  rope::PairLayout layout = rope::PairLayout::interleaved;

  bool turns() const { return parts > 0 || features; }
};

class PositionEncoding : public torch::nn::Module {
 public:
  /// Of one sequence, `type` is the type of the computation.
  virtual Positions prepare(const torch::Tensor& position_ids, torch::ScalarType /*type*/) {
    return {position_ids, {}};
  }

  /// Of all sequences of a batch, called once per forward pass. By default as one sequence: most
  /// encodings look at each position by itself.
  virtual Positions prepare_batch(const packed::PackedBatch& batch, torch::ScalarType type) {
    return prepare(batch.position_ids, type);
  }

  /// x (N, E), the sum of the other embeddings of `tokens` (N), before their LayerNorm; Eq. 3, 4.
  virtual torch::Tensor embed(const torch::Tensor& x, const torch::Tensor& /*tokens*/,
                              const Positions& /*positions*/) const {
    return x;
  }

  /// x (N, hidden), the input of a block.
  virtual torch::Tensor enter_block(const torch::Tensor& x, const Positions& /*positions*/,
                                    std::int64_t /*layer*/) const {
    return x;
  }

  /// x (N, H, D) queries, keys or values after their projection; Eq. 14.
  virtual torch::Tensor transform(const torch::Tensor& x, const Positions& /*positions*/,
                                  Role /*role*/, std::int64_t /*layer*/) const {
    return x;
  }

  /// The same for a whole packed buffer qkv (N, 3, H, D), which may be changed in place. By default
  /// transform for each part if `transforms()`, else nothing.
  virtual torch::Tensor transform_packed(torch::Tensor qkv, const Positions& positions,
                                         std::int64_t layer) const;
  virtual bool transforms() const { return false; }

  /// How linear attention turns features of queries and keys in the numerator, if it does; Eq. 19.
  virtual std::optional<rope::FeatureRotation> feature_rotation(
      const Positions& /*positions*/) const {
    return std::nullopt;
  }

  /// Where the encoding is nothing behind the embeddings but a rotation of each token by its own
  /// position alone, whose cosines and sines `prepare` gives: how it turns. Then a token at a time
  /// does without the other hooks.
  virtual std::optional<TokenRotation> token_rotation() const { return std::nullopt; }

  /// What changes scores and values by distance, if the encoding does no more than that; Eq. 5 to
  /// 10. Only if `acts_on_scores()`.
  virtual std::optional<DistanceTerms> distance_terms(const DistanceInputs& /*inputs*/) const {
    return std::nullopt;
  }

  /// Added to the scaled scores (G, H, T_q, T_k), what the terms by distance say; any shape that
  /// broadcasts to it. Only if `acts_on_scores()`.
  torch::Tensor score_bias(const ScoreInputs& inputs) const;
  bool acts_on_scores() const { return acts_on_scores_; }

  /// Added to the output (G, H, T_q, D), what the terms by distance say; Eq. 5. Only if
  /// `acts_on_values()`.
  torch::Tensor value_term(const ValueInputs& inputs) const;
  virtual bool acts_on_values() const { return false; }

  /// What the scores are made of, divided by the next. An encoding whose scores are not q · k adds
  /// nothing to them.
  virtual PairProduct pair_product() const { return PairProduct::real; }

  /// What q · k is divided by; sqrt(D) but for DeBERTa, TUPE and T5.
  virtual double score_divisor(std::int64_t head_size) const;

  /// Whether the parameter of this name begins as random numbers, N(0, initializer_range²), which
  /// the model draws (model/initialize.h); the others begin as the constructor leaves them. By
  /// default all but biases and norms.
  virtual bool is_drawn(const std::string& name) const;

  /// Called before update `update` = 0, 1, … of a training: what is not computed anew in each.
  virtual void begin_update(std::int64_t /*update*/) {}

 private:
  friend std::shared_ptr<PositionEncoding> make_encoding(const EncodingOptions& options);

  bool acts_on_scores_ = false;
};

/// The model that an encoding is made for.
struct EncodingOptions {
  EncodingSettings settings;
  std::int64_t vocab_size = 0;
  std::int64_t embedding_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t head_size = 0;
  std::int64_t num_heads = 0;
  std::int64_t num_layers = 0;
  std::int64_t max_positions = 0;  // rows of tables
  std::int64_t feature_size = 0;   // of linear attention's feature maps (Eq. 19); 0: softmax
  bool causal = false;             // tokens look back only
};

/// Of weights that are not drawn yet (is_drawn). Throws Error naming the known encodings for an
/// unknown name.
std::shared_ptr<PositionEncoding> make_encoding(const EncodingOptions& options);

}  // namespace roformer::position
