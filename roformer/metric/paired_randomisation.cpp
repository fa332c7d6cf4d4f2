#include "roformer/metric/paired_randomisation.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/random.h"

namespace roformer::metric {
namespace {

// The bootstrap's numbers are derive(seed, resample), resamples being fewer than 2^31.
constexpr std::uint64_t kExchanges = std::uint64_t{1} << 32;

}  // namespace

std::vector<bool> draw_exchanges(const BootstrapOptions& options, int trial, std::size_t count) {
  constexpr std::size_t coins = 64;  // of one number
  const std::uint64_t seed =
      base::derive(options.seed, kExchanges + static_cast<std::uint64_t>(trial));
  std::vector<bool> exchanges(count);
  for (std::size_t i = 0; i < count; ++i)
    exchanges[i] = base::derive(seed, i / coins) >> (i % coins) & 1;
  return exchanges;
}

double randomisation_p_value(double difference, const std::vector<double>& trial_differences) {
  // What is equal but for the order of sums is a tie.
  const double least = std::abs(difference) * (1 - 1e-9);
  const auto extreme = std::count_if(trial_differences.begin(), trial_differences.end(),
                                     [&](double trial) { return std::abs(trial) >= least; });
  return static_cast<double>(extreme + 1) / static_cast<double>(trial_differences.size() + 1);
}

}  // namespace roformer::metric
