#include "roformer/rope/example.h"

#include <torch/types.h>

#include <algorithm>
#include <map>

#include "roformer/base/error.h"
#include "roformer/rope/rotation.h"

namespace roformer::rope {
namespace {

Vector numbers_of(const torch::Tensor& tensor) {
  const auto flat = tensor.contiguous().view(-1);
  const double* data = flat.const_data_ptr<double>();
  return Vector(data, data + flat.numel());
}

Matrix rows_of(const torch::Tensor& tensor) {
  Matrix rows;
  for (const auto& row : tensor.unbind(0)) rows.push_back(numbers_of(row));
  return rows;
}

// (R_m x) for each position: (P, D).
torch::Tensor turned(const Vector& x, const torch::Tensor& positions, const Vector& frequencies) {
  const auto repeated = torch::tensor(x, torch::kFloat64).repeat({positions.size(0), 1});
  return rotate(repeated, angles(positions, Frequencies{frequencies}, torch::kFloat64));
}

std::vector<DistanceScore> scores_by_distance(const std::vector<std::int64_t>& positions,
                                              const Matrix& scores) {
  std::map<std::int64_t, Vector> groups;
  for (std::size_t m = 0; m < positions.size(); ++m) {
    for (std::size_t n = 0; n < positions.size(); ++n)
      groups[positions[m] - positions[n]].push_back(scores[m][n]);
  }
  std::vector<DistanceScore> result;
  for (const auto& [distance, values] : groups) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    double sum = 0;
    for (const double value : values) sum += value;
    result.push_back({distance, static_cast<std::int64_t>(values.size()),
                      sum / static_cast<double>(values.size()), *high - *low});
  }
  return result;
}

void validate_example(const ExampleInputs& inputs) {
  base::require(inputs.query.size() == inputs.key.size(),
                "[rope] expected a query and a key of one size but got {} and {} numbers",
                inputs.query.size(), inputs.key.size());
  base::require(!inputs.positions.empty(), "[rope] expected at least one position but got none");
}

}  // namespace

Example worked_example(const ExampleInputs& inputs) {
  validate_example(inputs);
  Example example;
  const auto size = static_cast<std::int64_t>(inputs.query.size());
  example.frequencies = plain_frequencies(size, inputs.base);
  const auto positions = torch::tensor(inputs.positions, torch::kInt64);
  const auto queries = turned(inputs.query, positions, example.frequencies);
  const auto keys = turned(inputs.key, positions, example.frequencies);
  for (std::size_t p = 0; p < inputs.positions.size(); ++p) {
    ExampleStep step;
    step.position = inputs.positions[p];
    for (const double frequency : example.frequencies)
      step.angles.push_back(static_cast<double>(step.position) * frequency);
    step.rotation = rows_of(rotation_matrix(step.position, size, inputs.base));
    step.query = numbers_of(queries[static_cast<std::int64_t>(p)]);
    step.key = numbers_of(keys[static_cast<std::int64_t>(p)]);
    example.steps.push_back(std::move(step));
  }
  example.scores = rows_of(torch::matmul(queries, keys.t()));
  example.by_distance = scores_by_distance(inputs.positions, example.scores);
  return example;
}

}  // namespace roformer::rope
