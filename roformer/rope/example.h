// RoPE step by step on a few numbers: the angles m θ_i, the matrices R_m of Eq. 15, a query and a
// key turned by each position, and their scores, which depend on m − n alone (Eq. 16).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace roformer::rope {

/// Numbers of one token.
using Vector = std::vector<double>;
/// Rows.
using Matrix = std::vector<Vector>;

struct ExampleInputs {
  double base = 10000;
  std::vector<std::int64_t> positions = {1, 2, 3, 4};
  Vector query, key;  // D numbers each
};

struct ExampleStep {
  std::int64_t position = 0;
  Vector angles;      // m θ_i, D / 2 of them
  Matrix rotation;    // R_m, (D, D)
  Vector query, key;  // R_m q, R_m k
};

/// The scores of all pairs of positions with the same distance.
struct DistanceScore {
  std::int64_t distance = 0;  // m − n
  std::int64_t pairs = 0;
  double score = 0;   // their mean
  double spread = 0;  // the largest less the smallest: 0 but for rounding
};

struct Example {
  Vector frequencies;                      // θ_i
  std::vector<ExampleStep> steps;          // one a position
  Matrix scores;                           // (R_m q) · (R_n k), rows m, columns n
  std::vector<DistanceScore> by_distance;  // distances rising
};

/// Throws Error for vectors of unequal or odd sizes, no position, and a base that is not positive.
Example worked_example(const ExampleInputs& inputs);

/// A picture, an <svg> element: one plane for each pair of dimensions, in it the query turned by
/// each position.
std::string example_picture(const Example& example);

}  // namespace roformer::rope
