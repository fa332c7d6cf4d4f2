#include "roformer/position/tupe.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>

#include <cmath>

#include "roformer/position/distances.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

using torch::Tensor;

constexpr std::int64_t tupe_buckets = 32;
constexpr std::int64_t tupe_max_distance = 128;
// The code's numbers for θ1 and θ2: the bucket that never occurs, and one more.
constexpr std::int64_t first_row_bucket = 16;
constexpr std::int64_t first_column_bucket = 32;

class TupeEncoding : public PositionEncoding {
 public:
  /// Throws Error without max_position_embeddings.
  explicit TupeEncoding(const EncodingOptions& options)
      : num_heads_(options.num_heads),
        thetas_are_free_(options.settings.tupe_form == "publication") {
    require_rows(options.max_positions);
    const std::int64_t size = options.hidden_size;
    table_ = add_table(*this, "table", {options.max_positions + 1, size});
    norm_ = register_module("LayerNorm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({size})));
    query_ = add_product(*this, "query", size, size);
    key_ = add_product(*this, "key", size, size);
    if (options.settings.tupe_relative) {
      const std::int64_t rows = thetas_are_free_ ? tupe_buckets : tupe_buckets + 1;
      buckets_ = add_table(*this, "buckets", {rows, num_heads_});
    }
    if (!thetas_are_free_) return;
    first_row_ = add_table(*this, "first_row", {num_heads_});
    first_column_ = add_table(*this, "first_column", {num_heads_});
  }

  /// Throws Error for a position outside the table.
  Positions prepare(const Tensor& position_ids, torch::ScalarType) override {
    require_in_table(position_ids, table_.size(0) - 1);
    return {position_ids, {}};
  }
  // p_m · p_n + b(n − m), but θ1 where m = 0, else θ2 where n = 0. As products: rows of position 0
  // are zero, and two more columns replace b there, (1, θ2 − b(−m)) and (θ1 − b(n), 1).
  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const Tensor places = torch::arange(inputs.num_positions, inputs.distances.options());
    const Tensor is_first = (places == 0).to(inputs.like).unsqueeze(-1).expand({num_heads_, -1, 1});
    const Tensor theta1 = thetas_are_free_ ? first_row_ : untied(0, first_row_bucket, inputs.like),
                 theta2 =
                     thetas_are_free_ ? first_column_ : untied(1, first_column_bucket, inputs.like);
    const double divisor = score_divisor(table_.size(1) / num_heads_);
    const auto in_place_of = [&](const Tensor& theta, const Tensor& distances) {
      Tensor column = theta.to(inputs.like).unsqueeze(-1).expand({-1, distances.size(0)});
      if (buckets_.defined()) column = column - by_distance(distances, inputs.like);
      return (divisor * column).unsqueeze(-1);
    };
    const Tensor others = 1 - is_first;
    const Tensor query_rows = torch::cat({projected(query_, places + 1, inputs.like) * others,
                                          is_first, in_place_of(theta2, -places) * others},
                                         -1),
                 key_rows = torch::cat({projected(key_, places + 1, inputs.like) * others,
                                        in_place_of(theta1, places), is_first},
                                       -1);
    DistanceTerms terms{.query_rows = query_rows, .key_rows = key_rows};
    if (buckets_.defined()) terms.numbers = by_distance(inputs.distances, inputs.like);
    return terms;
  }
  double score_divisor(std::int64_t head_size) const override {
    return std::sqrt(2.0 * static_cast<double>(head_size));
  }

 private:
  // b of distances (R): (H, R).
  Tensor by_distance(const Tensor& distances, const torch::TensorOptions& like) const {
    const Tensor buckets = t5_two_sided_buckets(distances, tupe_buckets, tupe_max_distance);
    return buckets_.to(like).index_select(0, buckets).t();
  }
  // rows (P) of the table → (H, P, D).
  Tensor projected(const Product& product, const Tensor& rows,
                   const torch::TensorOptions& like) const {
    const Tensor x =
        torch::layer_norm(torch::embedding(table_, rows).to(like), {table_.size(1)},
                          norm_->weight.to(like), norm_->bias.to(like), norm_->options.eps());
    return split_heads(torch::linear(x, product.weight.to(like), product.bias.to(like)),
                       num_heads_);
  }
  // The code's θ: (H).
  Tensor untied(std::int64_t row, std::int64_t bucket, const torch::TensorOptions& like) const {
    const Tensor rows =
        torch::full({1}, row, torch::TensorOptions(torch::kInt64).device(table_.device()));
    const Tensor q = projected(query_, rows, like), k = projected(key_, rows, like);  // (H, 1, D)
    const Tensor theta = (q * k).sum(-1).flatten() / score_divisor(q.size(-1));
    return buckets_.defined() ? theta + buckets_[bucket].to(like) : theta;
  }

  std::int64_t num_heads_;
  bool thetas_are_free_;
  torch::Tensor table_, buckets_, first_row_, first_column_;
  torch::nn::LayerNorm norm_{nullptr};
  Product query_, key_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Tupe::make(const EncodingOptions& options) {
  return std::make_shared<TupeEncoding>(options);
}

}  // namespace roformer::position
