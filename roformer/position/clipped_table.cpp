#include "roformer/position/clipped_table.h"

#include <torch/types.h>

#include "roformer/position/distances.h"

namespace roformer::position {
namespace {

TableRows clipped_rows(const torch::Tensor& q_positions, const torch::Tensor& k_positions,
                       std::int64_t clip) {
  const Distances distances(q_positions, k_positions);
  return table_rows(distances, distances.values().clamp(-clip, clip) + clip);
}

}  // namespace

torch::Tensor clipped_key_term(const ScoreInputs& inputs, const torch::Tensor& table,
                               std::int64_t clip) {
  const TableRows rows = clipped_rows(inputs.q_positions, inputs.k_positions, clip);
  return take_of_queries(torch::matmul(inputs.q, rows.of(table, -2).transpose(-1, -2)), rows);
}

torch::Tensor clipped_value_term(const ValueInputs& inputs, const torch::Tensor& table,
                                 std::int64_t clip) {
  const TableRows rows = clipped_rows(inputs.q_positions, inputs.k_positions, clip);
  return torch::matmul(sum_by_row(inputs.weights, rows), rows.of(table, -2));
}

}  // namespace roformer::position
