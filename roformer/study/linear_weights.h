// The weights of linear attention with rotation, which Eq. 19 never computes one by one:
//   w_mn = (R_m φ(q_m)) · (R_n φ(k_n)) / (Σ_n φ(q_m) · φ(k_n) + ε).
// The numerator turns and the denominator does not, so a weight may be below 0 and a row need not
// sum to 1.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "roformer/attention/feature_map.h"
#include "roformer/attention/linear_attention.h"
#include "roformer/model/config.h"
#include "roformer/position/position_encoding.h"
#include "roformer/study/layer_products.h"

namespace roformer::study {

/// Where a rotary encoding turns: φ(q) and φ(k), Eq. 19; or q and k before φ, performer-pytorch.
enum class TurnOrder { features, inputs };

/// A rotary encoding as the configuration's that turns in this order. For features, options that
/// have no meaning there (rotary_dim, rotary_value, xpos_scale_base) are left out.
std::shared_ptr<position::PositionEncoding> turning_encoding(const model::EncoderConfig& config,
                                                             TurnOrder order);

/// What linear attention takes of one sequence at positions 0, 1, …: products (T, H, D) float64;
/// `encoding` null: nothing turns.
attention::LinearInputs turned_inputs(const LayerProducts& products, bool causal,
                                      const attention::FeatureMap& map,
                                      position::PositionEncoding* encoding);

/// The weights (T, T) of one head of one sequence; 0 where a causal query does not look.
torch::Tensor linear_weights(const attention::LinearInputs& inputs, std::int64_t head,
                             const attention::LinearOptions& options, bool causal);

/// Adds up rows of weights by the query's place.
class RowFigures {
 public:
  /// weights (T, T) as linear_weights gives them.
  void add(const torch::Tensor& weights, bool causal);

  /// Of the weights that a query gives.
  double negative_share() const;
  /// Of the sums of rows: mean, standard deviation, range.
  double row_mean() const;
  double row_deviation() const;  // around row_mean()
  double row_least() const { return least_; }
  double row_most() const { return most_; }
  /// Mean of the sums of moduli of rows.
  double absolute_mean() const;

  /// By the query's place 0, 1, …
  struct ByPlace {
    std::vector<double> place, mean, deviation, negative_share;
  };
  /// Means over what was added.
  ByPlace by_place() const;

 private:
  torch::Tensor sums_;  // (5, T): rows, Σ sum, Σ sum², weights below 0, all weights
  double absolute_ = 0, least_ = 0, most_ = 0;
};

}  // namespace roformer::study
