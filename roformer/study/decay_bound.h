// Eq. 37's bound beside a bound that needs no positions and beside what both bound: of
//   |sum_i h_i e^{i (m − n) θ_i}|  <=  (max_i |h_{i+1} − h_i|) sum_i |S_{i+1}|   (Eq. 37)
//   |sum_i h_i e^{i (m − n) θ_i}|  <=  sum_i |h_i|                               (at any distance)
// the first says something of the distance only where it is below the second. No tensors.
#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace roformer::study {

/// What all queries and keys of one set of frequencies share.
struct DecayGrid {
  std::vector<double> frequencies;
  std::vector<double> distances;            // 0, then whole numbers, even along a logarithmic axis
  std::vector<double> partial_sums;         // sum_i |S_{i+1}|, by distance
  std::vector<std::complex<double>> turns;  // e^{i (m − n) θ_i}, by distance and pair
  double least_partial_sum = 0;             // of every whole distance from 0 to the last
};

/// Distances 0 to `farthest`. The least sum is looked for at every whole number of them, since a
/// dip between two points of the curve would prove decay as well.
DecayGrid decay_grid(std::vector<double> frequencies, std::int64_t farthest);

/// Of some queries and keys, each in units of its own sum_i |h_i|.
struct DecayCurves {
  std::int64_t pairs = 0;
  std::vector<double> bound, modulus;  // means over the pairs, by distance of the grid
  // Of each pair the smallest bound at any whole distance: their mean and range.
  double smallest_mean = 0, smallest_least = 0, smallest_most = 0;
  std::int64_t pairs_below = 0;  // those whose smallest bound is below sum_i |h_i|
};

/// Adds up both sides of Eq. 37 over queries and keys.
class DecayMeter {
 public:
  /// The grid must live as long.
  explicit DecayMeter(const DecayGrid& grid);

  /// q and k of R numbers, interleaved pairs, unturned. Those whose h_i are all 0 say nothing and
  /// are left out. Throws Error unless both have two numbers for each frequency.
  void add(std::span<const double> q, std::span<const double> k);
  /// Throws Error where nothing was added.
  DecayCurves curves() const;

 private:
  const DecayGrid* grid_;
  DecayCurves sums_;
};

/// Queries and keys of independent normal numbers, a function of `seed`.
DecayCurves random_curves(const DecayGrid& grid, std::int64_t pairs, std::uint64_t seed);
/// A query and a key whose numbers are all 1, so that all h_i are equal.
DecayCurves constant_curves(const DecayGrid& grid);

/// A sentence on what the numbers of `name` say of Eq. 37: whether it proves any decay.
std::string decay_verdict(const std::string& name, const DecayCurves& curves,
                          const DecayGrid& grid);
/// A sentence on how the true modulus goes with the distance.
std::string modulus_remark(const std::string& name, const DecayCurves& curves,
                           const DecayGrid& grid);

}  // namespace roformer::study
