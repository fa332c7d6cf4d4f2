#include "roformer/study/linear_weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "roformer/model/encoder.h"
#include "roformer/rope/rotation.h"

namespace roformer::study {
namespace {

using position::Role;
using torch::Tensor;

// Rows of sums_.
enum RowSum : std::int64_t { row_count, row_total, row_squares, negative_weights, all_weights };
constexpr std::int64_t kSums = 5;

Tensor seen_scores(const Tensor& scores, bool causal) {
  return causal ? scores.tril() : scores;
}

double share_of_sums(const Tensor& sums, RowSum part, RowSum whole) {
  return sums[part].sum().item<double>() / sums[whole].sum().item<double>();
}

std::vector<double> numbers_of(const Tensor& row) {
  const Tensor x = row.contiguous();
  return {x.const_data_ptr<double>(), x.const_data_ptr<double>() + x.numel()};
}

Tensor deviation_of(const Tensor& count, const Tensor& total, const Tensor& square) {
  const Tensor mean = total / count;
  return (square / count - mean * mean).clamp_min(0).sqrt();
}

}  // namespace

std::shared_ptr<position::PositionEncoding> turning_encoding(const model::EncoderConfig& config,
                                                             TurnOrder order) {
  position::EncodingOptions options = model::encoding_options(config);
  options.feature_size = 0;
  if (order == TurnOrder::features) {
    options.feature_size = attention::feature_size(config.linear, config.head_size());
    options.settings.rotary_dim = 0;
    options.settings.rotary_value = false;
    options.settings.xpos_scale_base = 0;
  }
  return position::make_encoding(options);
}

attention::LinearInputs turned_inputs(const LayerProducts& products, bool causal,
                                      const attention::FeatureMap& map,
                                      position::PositionEncoding* encoding) {
  const std::int64_t length = products.q.size(0);
  const std::vector<attention::Span> spans = {{.first_query = 0,
                                               .num_queries = length,
                                               .first_key = 0,
                                               .num_keys = length,
                                               .prefix = causal ? 0 : length}};
  if (encoding == nullptr) return map->map(products.q, products.k, products.v, spans);
  const auto positions = encoding->prepare(torch::arange(length), torch::kFloat64);
  const bool turns = encoding->transforms();
  const Tensor q = turns ? encoding->transform(products.q, positions, Role::query, 0) : products.q;
  const Tensor k = turns ? encoding->transform(products.k, positions, Role::key, 0) : products.k;
  attention::LinearInputs inputs = map->map(q, k, products.v, spans);
  if (const auto rotation = encoding->feature_rotation(positions)) {
    inputs.q = rope::rotate(inputs.q, rotation->angles, rotation->layout);
    inputs.k = rope::rotate(inputs.k, rotation->angles, rotation->layout);
  }
  return inputs;
}

Tensor linear_weights(const attention::LinearInputs& inputs, std::int64_t head,
                      const attention::LinearOptions& options, bool causal) {
  const auto of_head = [head](const Tensor& x) { return x.select(1, head); };
  const Tensor scores =
      seen_scores(torch::matmul(of_head(inputs.q), of_head(inputs.k).t()), causal);
  if (!options.normalizes) return scores;
  const Tensor unturned =
      seen_scores(torch::matmul(of_head(inputs.q_norm), of_head(inputs.k_norm).t()), causal);
  return scores / (unturned.sum(1, true) + options.epsilon);
}

void RowFigures::add(const Tensor& weights, bool causal) {
  const std::int64_t length = weights.size(0);
  if (length == 0) return;
  const Tensor row = weights.sum(1);
  const Tensor visible = causal
                             ? torch::arange(1, length + 1, torch::kFloat64)
                             : torch::full({length}, static_cast<double>(length), torch::kFloat64);
  const Tensor added = torch::stack({torch::ones({length}, torch::kFloat64), row, row.square(),
                                     (weights < 0).sum(1).to(torch::kFloat64), visible});
  const double least = row.min().item<double>(), most = row.max().item<double>();
  least_ = sums_.defined() ? std::min(least_, least) : least;
  most_ = sums_.defined() ? std::max(most_, most) : most;
  absolute_ += weights.abs().sum().item<double>();
  if (!sums_.defined()) sums_ = torch::zeros({kSums, 0}, torch::kFloat64);
  if (sums_.size(1) < length)
    sums_ = torch::cat({sums_, torch::zeros({kSums, length - sums_.size(1)}, torch::kFloat64)}, 1);
  sums_.slice(1, 0, length) += added;
}

double RowFigures::negative_share() const {
  return share_of_sums(sums_, negative_weights, all_weights);
}

double RowFigures::row_mean() const {
  return share_of_sums(sums_, row_total, row_count);
}

double RowFigures::row_deviation() const {
  return deviation_of(sums_[row_count].sum(), sums_[row_total].sum(), sums_[row_squares].sum())
      .item<double>();
}

double RowFigures::absolute_mean() const {
  return absolute_ / sums_[row_count].sum().item<double>();
}

RowFigures::ByPlace RowFigures::by_place() const {
  return {numbers_of(torch::arange(sums_.size(1), torch::kFloat64)),
          numbers_of(sums_[row_total] / sums_[row_count]),
          numbers_of(deviation_of(sums_[row_count], sums_[row_total], sums_[row_squares])),
          numbers_of(sums_[negative_weights] / sums_[all_weights])};
}

}  // namespace roformer::study
