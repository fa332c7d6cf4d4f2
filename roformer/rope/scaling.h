// Frequencies for sequences longer than those of training. With θ_i = base^(−2i / R), s = factor,
// L0 = original_length and L = the length of the sequence:
//
//   linear        θ_i / s: positions are interpolated (Chen et al. 2023)
//   ntk           base · s^(R / (R − 2)) for base: lowest frequency falls by s, highest stays
//   dynamic       the same with s L / L0 − (s − 1) for s, once L > L0
//   yarn          θ_i / s below beta_slow turns within L0, θ_i above beta_fast, a ramp over pairs
//                 between; cos and sin times 0.1 ln s + 1 (Peng et al. 2023)
//   longrope      θ_i / short_factor_i, or / long_factor_i once L > L0; cos and sin times
//                 sqrt(1 + ln s / ln L0) (Ding et al. 2024)
//   llama3        θ_i / s for wavelengths above L0 / low, θ_i below L0 / high, a ramp over the
//                 frequencies between (Llama 3.1)
//   proportional  θ_i / s for the first share of the pairs, 0 for the others (Gemma 3n)
//
// All but ntk are transformers' ROPE_INIT_FUNCTIONS, here in float64. No tensors.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::rope {

/// How angles are changed for sequences longer than in training; none leaves them.
enum class ScalingKind { none, linear, ntk, dynamic, yarn, longrope, llama3, proportional };

/// "none", "linear", … in the order of ScalingKind.
const std::vector<std::string>& scaling_names();

/// Throws Error naming the known ones for an unknown name.
ScalingKind scaling_kind(std::string_view name);

/// A scaling and the options of all of them; each reads its own.
struct Scaling {
  ScalingKind kind = ScalingKind::none;
  double factor = 1;                 // s, all but none
  std::int64_t original_length = 0;  // L0: dynamic, yarn, longrope, llama3
  double attention_factor = 0;       // yarn, longrope: in place of their formula; 0: the formula
  double beta_fast = 32;             // yarn
  double beta_slow = 1;              // yarn
  bool truncate = true;              // yarn: the ramp begins and ends at whole pairs
  double mscale = 0;          // yarn: with the next, DeepSeek's factor (0.1 mscale ln s + 1) /
  double mscale_all_dim = 0;  // (0.1 mscale_all_dim ln s + 1); 0: none
  double low_frequency_factor = 1;   // llama3
  double high_frequency_factor = 4;  // llama3
  double partial_factor = 1;         // proportional: the share of the pairs that turn
  std::vector<double> short_factor;  // longrope: a divisor a pair
  std::vector<double> long_factor;
};

/// What the angles are made of.
struct Frequencies {
  std::vector<double> inverse;  // θ_i, R / 2 of them
  double attention_factor = 1;  // what cos and sin are multiplied by
};

/// Whether the frequencies change with the length of the sequence: dynamic and longrope.
bool depends_on_length(ScalingKind kind);

/// Whether an option has a meaning for a scaling; options are named as the fields of Scaling are.
bool reads_option(ScalingKind kind, std::string_view option);

/// Throws Error for options out of their range, and for lists that do not have a number for each of
/// the `rotary_dim` / 2 pairs.
void validate(const Scaling& scaling, std::int64_t rotary_dim);

/// θ_i = base^(−2i / R). Throws Error if `rotary_dim` is odd or < 2, or if `base` is not positive.
std::vector<double> plain_frequencies(std::int64_t rotary_dim, double base);

/// The frequencies for a sequence of `length` positions (the largest + 1), which only dynamic and
/// longrope look at. Throws Error as validate and plain_frequencies do.
Frequencies scaled_frequencies(std::int64_t rotary_dim, double base, const Scaling& scaling,
                               std::int64_t length = 0);

}  // namespace roformer::rope
