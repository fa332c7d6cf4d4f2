// How scores fall with the distance: section 3.4.3 of the paper. A pair of dimensions is a complex
// number, so that Eq. 35 reads
//   (R_m q) · (R_n k) = Re sum_i h_i e^{i (m − n) θ_i},  h_i = q_[2i:2i+1] k*_[2i:2i+1],
// and summation by parts, Eq. 36, with S_j = sum_{i < j} e^{i (m − n) θ_i}, S_0 = 0, h_{R/2} = 0,
// gives Eq. 37: its modulus is at most (max_i |h_{i+1} − h_i|) sum_i |S_{i+1}|. No tensors.
#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace roformer::rope {

/// The mean of |S_1| … |S_{R/2}| at a distance m − n: what Figure 2 shows.
double decay_bound(std::span<const double> frequencies, double distance);

/// The mean of cos((m − n) θ_i): the expected score of a query and a key that are the same vector
/// of independent numbers with variance 1, relative to that at distance 0.
double expected_score(std::span<const double> frequencies, double distance);

/// The same from `samples` vectors of normal numbers, turned and multiplied; a function of `seed`.
double sampled_score(std::span<const double> frequencies, double distance, std::int64_t samples,
                     std::uint64_t seed);

/// `size` independent normal numbers, an even number of them; a function of `seed`.
std::vector<double> normal_vector(std::size_t size, std::uint64_t seed);

/// sum_i |S_{i+1}| at a distance: decay_bound's mean times R / 2.
double sum_of_partial_sums(std::span<const double> frequencies, double distance);

/// What Eq. 35 to 37 take of a query and a key, whatever their positions.
struct PairProducts {
  std::vector<std::complex<double>> h;  // h_0 … h_{R/2}, the last of which is 0
  double largest_step = 0;              // max_i |h_{i+1} − h_i|
  double moduli = 0;                    // sum_i |h_i|: no modulus of Eq. 35 is above it
};

/// For q and k of R numbers, interleaved pairs. Throws Error unless both have the same even number.
PairProducts pair_products(std::span<const double> q, std::span<const double> k);

/// Both sides of Eq. 37 and the real part that is the score.
struct AbelBound {
  double score = 0;    // Re of the sum, (R_m q) · (R_n k)
  double modulus = 0;  // |sum|
  double bound = 0;
};

/// For q and k of R numbers, interleaved pairs. Throws Error unless both have two numbers for each
/// frequency.
AbelBound abel_bound(std::span<const double> q, std::span<const double> k,
                     std::span<const double> frequencies, double distance);

}  // namespace roformer::rope
