#include "roformer/position/deberta.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>

#include <cmath>

#include "roformer/packed/keep_mask.h"
#include "roformer/position/distances.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

using torch::Tensor;

constexpr double deberta_norm_epsilon = 1e-7;

// Row r of the whole table's mask, for `count` rows from `first` on.
Tensor dropped(const Tensor& rows, std::int64_t first, double probability, std::uint64_t seed) {
  const Tensor kept = packed::keep_mask(seed, first, rows.size(0), rows.size(1), probability);
  return rows * kept.to(rows.options()) / (1 - probability);
}

class DebertaEncoding : public PositionEncoding {
 public:
  explicit DebertaEncoding(const EncodingOptions& options)
      : num_heads_(options.num_heads),
        distance_(options.settings.deberta_distance),
        dropout_(options.settings.deberta_dropout),
        form_(options.settings.deberta_form == "v2"            ? Form::second_version
              : options.settings.deberta_form == "publication" ? Form::publication
                                                               : Form::code) {
    if (distance_ == 0) distance_ = form_ == Form::second_version ? 256 : 512;
    const std::int64_t size = options.hidden_size;
    table_ = add_table(*this, "table", {2 * distance_, size});
    if (form_ == Form::second_version) {
      norm_ = register_module(
          "LayerNorm",
          torch::nn::LayerNorm(torch::nn::LayerNormOptions({size}).eps(deberta_norm_epsilon)));
      return;
    }
    keys_ = add_layer_tables(*this, "key", {size, size}, options.num_layers);
    for (std::int64_t i = 0; i < options.num_layers; ++i)
      queries_.push_back(add_product(layer_group(*this, i), "query", size, size));
  }

  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const Projections product = products(inputs);
    // (H, rows, D)
    const auto projected = [&](const Tensor& rows, const Tensor& weight, const Tensor& bias) {
      const RowRange range = range_of(rows);
      const Tensor x = embeddings(range, inputs);
      return DistanceTable{
          split_heads(torch::linear(x, in_type_of(x, weight), in_type_of(x, bias)), num_heads_),
          rows - range.first};
    };
    const Tensor for_words = rows_of(-inputs.distances);
    const Tensor for_distances = form_ == Form::publication ? rows_of(inputs.distances) : for_words;
    return DistanceTerms{
        .queries = projected(for_words, product.key_weight, product.key_bias),
        .keys = projected(for_distances, product.query_weight, product.query_bias)};
  }
  double score_divisor(std::int64_t head_size) const override {
    return std::sqrt(3.0 * static_cast<double>(head_size));
  }

 private:
  enum class Form { code, publication, second_version };

  // δ of the distances i − j.
  Tensor rows_of(const Tensor& i_minus_j) const {
    const Tensor distances = form_ == Form::second_version
                                 ? deberta_log_buckets(i_minus_j, distance_, 2 * distance_)
                                 : i_minus_j;
    return (distances + distance_).clamp(0, 2 * distance_ - 1);
  }
  Tensor embeddings(const RowRange& range, const DistanceInputs& inputs) const {
    Tensor rows = table_.narrow(0, range.first, range.count).to(inputs.like);
    if (!norm_.is_empty())
      rows = torch::layer_norm(rows, {rows.size(1)}, in_type_of(rows, norm_->weight),
                               in_type_of(rows, norm_->bias), norm_->options.eps());
    if (!inputs.training || dropout_ == 0) return rows;
    return dropped(rows, range.first, dropout_, inputs.dropout_seed);
  }
  Projections products(const DistanceInputs& inputs) const {
    if (form_ == Form::second_version) return inputs.projections;
    const auto layer = static_cast<std::size_t>(inputs.layer);
    const Product& query = queries_.at(layer);
    return {query.weight, query.bias, keys_.at(layer), {}};
  }

  std::int64_t num_heads_, distance_;
  double dropout_;
  Form form_;
  torch::Tensor table_;
  torch::nn::LayerNorm norm_{nullptr};  // second_version alone
  std::vector<torch::Tensor> keys_;     // the others alone
  std::vector<Product> queries_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Deberta::make(const EncodingOptions& options) {
  return std::make_shared<DebertaEncoding>(options);
}

}  // namespace roformer::position
