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
  Tensor score_bias(const ScoreInputs& inputs) const override {
    const Tensor m = without_repetition(inputs.q_positions),
                 n = without_repetition(inputs.k_positions);
    Tensor bias = torch::matmul(projected(query_, m + 1, inputs.q),
                                projected(key_, n + 1, inputs.q).transpose(-1, -2)) /
                  score_divisor(inputs.q.size(-1));
    if (buckets_.defined()) {
      const Distances distances(inputs.q_positions, inputs.k_positions);
      const Tensor buckets =
          t5_two_sided_buckets(distances.values(), tupe_buckets, tupe_max_distance);
      bias = bias + distances.spread(in_type_of(inputs.q, buckets_).index_select(0, buckets).t());
    }
    const Tensor first_row = thetas_are_free_ ? first_row_ : untied(0, first_row_bucket, inputs.q),
                 first_column =
                     thetas_are_free_ ? first_column_ : untied(1, first_column_bucket, inputs.q);
    const auto of_heads = [&](const Tensor& theta) {
      return in_type_of(inputs.q, theta).view({1, -1, 1, 1});
    };
    bias = torch::where((n == 0).unsqueeze(1).unsqueeze(2), of_heads(first_column), bias);
    return torch::where((m == 0).unsqueeze(1).unsqueeze(3), of_heads(first_row), bias);
  }
  double score_divisor(std::int64_t head_size) const override {
    return std::sqrt(2.0 * static_cast<double>(head_size));
  }

 private:
  // rows (G, T) of the table → (G, H, T, D), in the type of `like`.
  Tensor projected(const Product& product, const Tensor& rows, const Tensor& like) const {
    const auto wide = [&](const Tensor& parameter) { return in_type_of(like, parameter); };
    const Tensor x =
        torch::layer_norm(wide(torch::embedding(table_, rows)), {table_.size(1)},
                          wide(norm_->weight), wide(norm_->bias), norm_->options.eps());
    return split_heads(torch::linear(x, wide(product.weight), wide(product.bias)), num_heads_);
  }
  // The code's θ: (H).
  Tensor untied(std::int64_t row, std::int64_t bucket, const Tensor& like) const {
    const Tensor rows =
        torch::full({1, 1}, row, torch::TensorOptions(torch::kInt64).device(table_.device()));
    const Tensor q = projected(query_, rows, like),
                 k = projected(key_, rows, like);  // (1, H, 1, D)
    const Tensor theta = (q * k).sum(-1).flatten() / score_divisor(q.size(-1));
    return buckets_.defined() ? theta + buckets_[bucket] : theta;
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
