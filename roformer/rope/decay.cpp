#include "roformer/rope/decay.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::rope {
namespace {

using Complex = std::complex<double>;

// S_1 … S_{R/2} of Eq. 36.
std::vector<Complex> partial_sums(std::span<const double> frequencies, double distance) {
  std::vector<Complex> sums;
  sums.reserve(frequencies.size());
  Complex sum = 0;
  for (const double frequency : frequencies)
    sums.push_back(sum += std::polar(1.0, distance * frequency));
  return sums;
}

double sum_of_moduli(const std::vector<Complex>& values) {
  double sum = 0;
  for (const Complex value : values) sum += std::abs(value);
  return sum;
}

double largest_step(const std::vector<Complex>& h) {
  double largest = 0;
  for (std::size_t i = 0; i + 1 < h.size(); ++i)
    largest = std::max(largest, std::abs(h[i + 1] - h[i]));
  return largest;
}

// Two normal numbers by the method of Box and Muller: the first and second part of a pair.
Complex normal_pair(std::uint64_t seed, std::uint64_t counter) {
  const double first = 1 - static_cast<double>(base::uniform(seed, 2 * counter));  // (0, 1]
  const double second = static_cast<double>(base::uniform(seed, 2 * counter + 1));
  return std::polar(std::sqrt(-2 * std::log(first)), 2 * std::numbers::pi * second);
}

}  // namespace

double decay_bound(std::span<const double> frequencies, double distance) {
  if (frequencies.empty()) return 0;
  return sum_of_partial_sums(frequencies, distance) / static_cast<double>(frequencies.size());
}

std::vector<double> normal_vector(std::size_t size, std::uint64_t seed) {
  std::vector<double> vector;
  for (std::uint64_t pair = 0; vector.size() < size; ++pair) {
    const Complex numbers = normal_pair(seed, pair);
    vector.insert(vector.end(), {numbers.real(), numbers.imag()});
  }
  return vector;
}

double sum_of_partial_sums(std::span<const double> frequencies, double distance) {
  return sum_of_moduli(partial_sums(frequencies, distance));
}

double expected_score(std::span<const double> frequencies, double distance) {
  if (frequencies.empty()) return 0;
  double sum = 0;
  for (const double frequency : frequencies) sum += std::cos(distance * frequency);
  return sum / static_cast<double>(frequencies.size());
}

double sampled_score(std::span<const double> frequencies, double distance, std::int64_t samples,
                     std::uint64_t seed) {
  base::require(samples >= 1, "[rope] expected at least one sample but got {}", samples);
  double turned = 0, unturned = 0;
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
      const Complex x =
          normal_pair(seed, static_cast<std::uint64_t>(sample) * frequencies.size() + i);
      turned += (x * std::polar(1.0, distance * frequencies[i]) * std::conj(x)).real();
      unturned += std::norm(x);
    }
  }
  return unturned > 0 ? turned / unturned : 0;
}

PairProducts pair_products(std::span<const double> q, std::span<const double> k) {
  base::require(q.size() == k.size() && q.size() % 2 == 0,
                "[rope] expected q and k of one even number of dimensions but got {} and {}",
                q.size(), k.size());
  PairProducts products;
  for (std::size_t i = 0; i < q.size(); i += 2)
    products.h.push_back(Complex(q[i], q[i + 1]) * std::conj(Complex(k[i], k[i + 1])));
  products.moduli = sum_of_moduli(products.h);
  products.h.emplace_back(0);
  products.largest_step = largest_step(products.h);
  return products;
}

AbelBound abel_bound(std::span<const double> q, std::span<const double> k,
                     std::span<const double> frequencies, double distance) {
  base::require(q.size() == 2 * frequencies.size() && k.size() == q.size(),
                "[rope] expected q and k of {} numbers, two a frequency, but got {} and {}",
                2 * frequencies.size(), q.size(), k.size());
  const PairProducts products = pair_products(q, k);
  Complex sum = 0;
  for (std::size_t i = 0; i < frequencies.size(); ++i)
    sum += products.h[i] * std::polar(1.0, distance * frequencies[i]);
  return {sum.real(), std::abs(sum),
          products.largest_step * sum_of_partial_sums(frequencies, distance)};
}

}  // namespace roformer::rope
