#include "roformer/position/distances.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

namespace roformer::position {
namespace {

using torch::Tensor;

bool rows_are_equal(const Tensor& positions) {
  return positions.size(0) == 1 || torch::equal(positions, positions[0].expand_as(positions));
}

// Whether each row ascends by one and all of them have the same first distance.
bool are_consecutive(const Tensor& q, const Tensor& k) {
  const Tensor q_first = q.narrow(1, 0, 1), k_first = k.narrow(1, 0, 1);
  const auto ascends = [](const Tensor& x, const Tensor& first) {
    return torch::equal(x - first, torch::arange(x.size(1), x.options()).expand_as(x));
  };
  return ascends(q, q_first) && ascends(k, k_first) && rows_are_equal(k_first - q_first);
}

// Row i of x (…, T, R) shifted to the left by T − 1 − i, and cut to `width`. Views alone: read with
// rows of R − 1 numbers, row i begins one place earlier for each row.
Tensor skew(const Tensor& x, std::int64_t width) {
  const std::int64_t rows = x.size(-2), columns = x.size(-1);
  if (rows == 1) return x.narrow(-1, 0, width);
  return x.flatten(-2)
      .narrow(-1, rows - 1, rows * (columns - 1))
      .unflatten(-1, {rows, columns - 1})
      .narrow(-1, 0, width);
}

Tensor for_all_heads(const TableRows& rows, const Tensor& products) {
  return rows.pairs.unsqueeze(1).expand(
      {products.size(0), products.size(1), rows.pairs.size(1), rows.pairs.size(2)});
}

// `distance` >= 0: half of the buckets exact, the others logarithmic up to max_distance. In
// float32, as the published code has it, so that distances at a border fall as they do there.
Tensor one_side(const Tensor& distance, std::int64_t buckets, std::int64_t max_distance) {
  const std::int64_t exact = buckets / 2;
  const auto scale = static_cast<double>(buckets - exact);
  const double logarithm = std::log(static_cast<double>(max_distance) / static_cast<double>(exact));
  const Tensor ratio = distance.clamp_min(1).to(torch::kFloat32) / static_cast<double>(exact);
  const Tensor large = (ratio.log() / logarithm * scale).to(torch::kInt64) + exact;
  return torch::where(distance < exact, distance, large.clamp_max(buckets - 1));
}

}  // namespace

Distances::Distances(const Tensor& q_positions, const Tensor& k_positions)
    : num_queries_(q_positions.size(1)), num_keys_(k_positions.size(1)) {
  if (q_positions.numel() == 0 || k_positions.numel() == 0) {
    values_ = torch::empty({0}, q_positions.options());
    pairs_ = torch::empty({1, num_queries_, num_keys_}, q_positions.options());
    return;
  }
  if (are_consecutive(q_positions, k_positions)) {
    values_ = torch::arange(1 - num_queries_, num_keys_, q_positions.options()) +
              (k_positions[0][0] - q_positions[0][0]);
    return;
  }
  const bool same = rows_are_equal(q_positions) && rows_are_equal(k_positions);
  const std::int64_t rows = same ? 1 : q_positions.size(0);
  const Tensor distances =
      k_positions.narrow(0, 0, rows).unsqueeze(1) - q_positions.narrow(0, 0, rows).unsqueeze(2);
  const auto [low, high] = torch::aminmax(distances);
  const auto least = low.item<std::int64_t>(), most = high.item<std::int64_t>();
  if (most - least < 4 * (num_queries_ + num_keys_)) {
    values_ = torch::arange(least, most + 1, distances.options());
    pairs_ = distances - least;
    return;
  }
  // Positions with large gaps: a range would be mostly empty.
  std::tie(values_, pairs_, std::ignore) = torch::_unique2(distances, true, true);
}

Tensor Distances::pairs() const {
  if (pairs_.defined()) return pairs_;
  const Tensor keys = torch::arange(num_keys_, values_.options()),
               queries = torch::arange(num_queries_, values_.options());
  return (keys.unsqueeze(0) - queries.unsqueeze(1) + (num_queries_ - 1)).unsqueeze(0);
}

Tensor Distances::spread(const Tensor& numbers) const {
  // Windows of T_k neighbours; the last query has the first one.
  if (!pairs_.defined()) return numbers.unfold(-1, num_keys_, 1).flip(1).unsqueeze(0);
  return numbers.index_select(1, pairs_.flatten()).unflatten(1, pairs_.sizes()).transpose(0, 1);
}

Tensor Distances::of_queries(const Tensor& products) const {
  if (!pairs_.defined()) return skew(products, num_keys_);
  return take_of_queries(products, {values_.size(0), pairs_});
}

Tensor Distances::of_keys(const Tensor& products) const {
  if (!pairs_.defined()) return skew(products.flip(-1), num_queries_).transpose(-1, -2);
  return take_of_keys(products, {values_.size(0), pairs_});
}

Tensor Distances::rows_of_pairs(const Tensor& rows) const {
  const Tensor places = pairs();
  return rows.index_select(0, places.flatten()).view(places.sizes());
}

RowRange range_of(const Tensor& rows) {
  if (rows.numel() == 0) return {};
  const auto [low, high] = torch::aminmax(rows);
  const auto first = low.item<std::int64_t>();
  return {first, high.item<std::int64_t>() - first + 1};
}

Tensor take_of_queries(const Tensor& products, const TableRows& rows) {
  return products.gather(-1, for_all_heads(rows, products));
}

Tensor take_of_keys(const Tensor& products, const TableRows& rows) {
  return products.gather(-1, for_all_heads(rows, products).transpose(-1, -2)).transpose(-1, -2);
}

Tensor sum_by_row(const Tensor& weights, const TableRows& rows) {
  Tensor sums = torch::zeros({weights.size(0), weights.size(1), weights.size(2), rows.count},
                             weights.options());
  return sums.scatter_add(-1, for_all_heads(rows, weights), weights);
}

Tensor without_repetition(const Tensor& positions) {
  return rows_are_equal(positions) ? positions.narrow(0, 0, 1) : positions;
}

Tensor t5_two_sided_buckets(const Tensor& n_minus_m, std::int64_t buckets,
                            std::int64_t max_distance) {
  const std::int64_t side = buckets / 2;
  return one_side(n_minus_m.abs(), side, max_distance) + (n_minus_m > 0).to(torch::kInt64) * side;
}

Tensor t5_causal_buckets(const Tensor& n_minus_m, std::int64_t buckets, std::int64_t max_distance) {
  return one_side((-n_minus_m).clamp_min(0), buckets, max_distance);
}

Tensor deberta_log_buckets(const Tensor& m_minus_n, std::int64_t buckets,
                           std::int64_t max_distance) {
  const std::int64_t middle = buckets / 2;
  const Tensor distance = m_minus_n.abs();
  const Tensor ratio = distance.clamp_min(middle).to(torch::kFloat32) / static_cast<double>(middle);
  const Tensor logarithm =
      torch::tensor(static_cast<double>(max_distance - 1) / static_cast<double>(middle),
                    torch::TensorOptions(torch::kFloat32).device(distance.device()))
          .log();
  const Tensor steps = (ratio.log() / logarithm * static_cast<double>(middle - 1)).ceil();
  const Tensor large = steps.to(torch::kInt64) + middle;
  return torch::where(distance <= middle, m_minus_n, large * m_minus_n.sign());
}

}  // namespace roformer::position
