#include "roformer/rope/scaling.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "roformer/base/error.h"

namespace roformer::rope {
namespace {

using Values = std::vector<double>;

// Which scalings read an option; names between spaces.
struct OptionReaders {
  std::string_view option;
  std::string_view readers;
};

constexpr OptionReaders kReaders[] = {
    {"factor", " linear ntk dynamic yarn longrope llama3 proportional "},
    {"original_length", " dynamic yarn longrope llama3 "},
    {"attention_factor", " yarn longrope "},
    {"beta_fast", " yarn "},
    {"beta_slow", " yarn "},
    {"truncate", " yarn "},
    {"mscale", " yarn "},
    {"mscale_all_dim", " yarn "},
    {"low_frequency_factor", " llama3 "},
    {"high_frequency_factor", " llama3 "},
    {"partial_factor", " proportional "},
    {"short_factor", " longrope "},
    {"long_factor", " longrope "},
};

void require_positive(const char* option, double value) {
  base::require(std::isfinite(value) && value > 0, "[rope] expected {} > 0 but got {}", option,
                value);
}

void validate_lists(const Scaling& scaling, std::int64_t rotary_dim) {
  const auto pairs = static_cast<std::size_t>(rotary_dim / 2);
  for (const auto& [option, list] :
       {std::pair{"short_factor", &scaling.short_factor}, {"long_factor", &scaling.long_factor}}) {
    base::require(list->size() == pairs,
                  "[rope] expected {} numbers in {}, one for each pair of dimensions, but got {}",
                  pairs, option, list->size());
    for (const double divisor : *list) require_positive(option, divisor);
  }
}

void validate_yarn(const Scaling& scaling) {
  require_positive("beta_slow", scaling.beta_slow);
  base::require(scaling.beta_fast >= scaling.beta_slow && std::isfinite(scaling.beta_fast),
                "[rope] expected beta_fast >= beta_slow = {} but got {}", scaling.beta_slow,
                scaling.beta_fast);
  base::require((scaling.mscale > 0) == (scaling.mscale_all_dim > 0) && scaling.mscale >= 0 &&
                    scaling.mscale_all_dim >= 0,
                "[rope] expected mscale and mscale_all_dim both > 0 or both 0 but got {} and {}",
                scaling.mscale, scaling.mscale_all_dim);
}

void validate_llama3(const Scaling& scaling) {
  require_positive("low_frequency_factor", scaling.low_frequency_factor);
  base::require(scaling.high_frequency_factor > scaling.low_frequency_factor &&
                    std::isfinite(scaling.high_frequency_factor),
                "[rope] expected high_frequency_factor > low_frequency_factor = {} but got {}",
                scaling.low_frequency_factor, scaling.high_frequency_factor);
}

// The base under which the lowest frequency is `stretch` times lower and the highest stays.
double stretched_base(double base, double stretch, std::int64_t rotary_dim) {
  const auto dim = static_cast<double>(rotary_dim);
  return base * std::pow(stretch, dim / (dim - 2));
}

double dynamic_stretch(const Scaling& scaling, std::int64_t length) {
  const auto original = static_cast<double>(scaling.original_length);
  const double longest = std::max(static_cast<double>(length), original);
  return scaling.factor * longest / original - (scaling.factor - 1);
}

// The place among the pairs, as a real number, whose angle makes `turns` turns within L0.
double pair_of_turns(double turns, std::int64_t rotary_dim, double base, double original) {
  return static_cast<double>(rotary_dim) * std::log(original / (turns * 2 * std::numbers::pi)) /
         (2 * std::log(base));
}

Values yarn_frequencies(Values plain, std::int64_t rotary_dim, double base,
                        const Scaling& scaling) {
  base::require(base > 1, "[rope] expected base > 1 with yarn but got {}", base);
  const auto original = static_cast<double>(scaling.original_length);
  double low = pair_of_turns(scaling.beta_fast, rotary_dim, base, original);
  double high = pair_of_turns(scaling.beta_slow, rotary_dim, base, original);
  if (scaling.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(rotary_dim - 1));
  if (low == high) high += 0.001;  // a ramp has some width
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const double scaled = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    plain[i] = plain[i] / scaling.factor * scaled + plain[i] * (1 - scaled);
  }
  return plain;
}

double llama3_frequency(double plain, const Scaling& scaling) {
  const double turns =
      static_cast<double>(scaling.original_length) * plain / (2 * std::numbers::pi);
  const double low = scaling.low_frequency_factor, high = scaling.high_frequency_factor;
  const double kept = std::clamp((turns - low) / (high - low), 0.0, 1.0);
  return (1 - kept) * plain / scaling.factor + kept * plain;
}

Values longrope_frequencies(Values plain, const Scaling& scaling, std::int64_t length) {
  const Values& divisors =
      length > scaling.original_length ? scaling.long_factor : scaling.short_factor;
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] /= divisors[i];
  return plain;
}

Values proportional_frequencies(Values plain, std::int64_t rotary_dim, const Scaling& scaling) {
  const auto turning = static_cast<std::size_t>(
      std::floor(scaling.partial_factor * static_cast<double>(rotary_dim) / 2));
  for (std::size_t i = 0; i < plain.size(); ++i)
    plain[i] = i < turning ? plain[i] / scaling.factor : 0;
  return plain;
}

double yarn_magnitude(double factor, double mscale) {
  return factor <= 1 ? 1 : 0.1 * mscale * std::log(factor) + 1;
}

double yarn_attention_factor(const Scaling& scaling) {
  if (scaling.mscale > 0 && scaling.mscale_all_dim > 0)
    return yarn_magnitude(scaling.factor, scaling.mscale) /
           yarn_magnitude(scaling.factor, scaling.mscale_all_dim);
  return yarn_magnitude(scaling.factor, 1);
}

double attention_factor(const Scaling& scaling) {
  const bool given = scaling.attention_factor > 0;
  if (scaling.kind == ScalingKind::yarn)
    return given ? scaling.attention_factor : yarn_attention_factor(scaling);
  if (scaling.kind != ScalingKind::longrope) return 1;
  if (given) return scaling.attention_factor;
  return std::sqrt(1 + std::log(scaling.factor) /
                           std::log(static_cast<double>(scaling.original_length)));
}

Values inverse_of(std::int64_t rotary_dim, double base, const Scaling& scaling,
                  std::int64_t length) {
  if (scaling.kind == ScalingKind::ntk) base = stretched_base(base, scaling.factor, rotary_dim);
  if (scaling.kind == ScalingKind::dynamic)
    base = stretched_base(base, dynamic_stretch(scaling, length), rotary_dim);
  Values plain = plain_frequencies(rotary_dim, base);
  switch (scaling.kind) {
    case ScalingKind::linear:
      for (double& frequency : plain) frequency /= scaling.factor;
      return plain;
    case ScalingKind::yarn:
      return yarn_frequencies(std::move(plain), rotary_dim, base, scaling);
    case ScalingKind::longrope:
      return longrope_frequencies(std::move(plain), scaling, length);
    case ScalingKind::llama3:
      for (double& frequency : plain) frequency = llama3_frequency(frequency, scaling);
      return plain;
    case ScalingKind::proportional:
      return proportional_frequencies(std::move(plain), rotary_dim, scaling);
    default:
      return plain;
  }
}

}  // namespace

const std::vector<std::string>& scaling_names() {
  static const std::vector<std::string> names = {"none", "linear",   "ntk",    "dynamic",
                                                 "yarn", "longrope", "llama3", "proportional"};
  return names;
}

ScalingKind scaling_kind(std::string_view name) {
  const auto& names = scaling_names();
  const auto found = std::find(names.begin(), names.end(), name);
  base::require(found != names.end(), "[rope] expected a scaling of {} but got '{}'",
                fmt::join(names, ", "), name);
  return static_cast<ScalingKind>(found - names.begin());
}

bool depends_on_length(ScalingKind kind) {
  return kind == ScalingKind::dynamic || kind == ScalingKind::longrope;
}

bool reads_option(ScalingKind kind, std::string_view option) {
  const std::string word = " " + scaling_names().at(static_cast<std::size_t>(kind)) + " ";
  for (const auto& [name, readers] : kReaders) {
    if (name == option) return readers.find(word) != readers.npos;
  }
  return false;
}

void validate(const Scaling& scaling, std::int64_t rotary_dim) {
  const ScalingKind kind = scaling.kind;
  base::require(std::isfinite(scaling.factor) && scaling.factor >= 1,
                "[rope] expected a factor >= 1 but got {}", scaling.factor);
  base::require(!reads_option(kind, "original_length") || scaling.original_length > 1,
                "[rope] expected original_length, the length of training, > 1 with {} but got {}",
                scaling_names().at(static_cast<std::size_t>(kind)), scaling.original_length);
  base::require(std::isfinite(scaling.attention_factor) && scaling.attention_factor >= 0,
                "[rope] expected attention_factor >= 0 but got {}", scaling.attention_factor);
  base::require((kind != ScalingKind::ntk && kind != ScalingKind::dynamic) || rotary_dim > 2,
                "[rope] expected more than 2 rotated dimensions with ntk and dynamic, whose base "
                "is scaled by s^(R / (R - 2)), but got {}",
                rotary_dim);
  if (kind == ScalingKind::yarn) validate_yarn(scaling);
  if (kind == ScalingKind::llama3) validate_llama3(scaling);
  if (kind == ScalingKind::longrope) validate_lists(scaling, rotary_dim);
  base::require(scaling.partial_factor > 0 && scaling.partial_factor <= 1,
                "[rope] expected partial_factor in (0, 1] but got {}", scaling.partial_factor);
}

std::vector<double> plain_frequencies(std::int64_t rotary_dim, double base) {
  base::require(rotary_dim >= 2 && rotary_dim % 2 == 0,
                "[rope] expected an even number of rotated dimensions but got {}", rotary_dim);
  base::require(std::isfinite(base) && base > 0, "[rope] expected a positive base but got {}",
                base);
  Values frequencies(static_cast<std::size_t>(rotary_dim / 2));
  for (std::size_t i = 0; i < frequencies.size(); ++i)
    frequencies[i] = std::pow(base, -2 * static_cast<double>(i) / static_cast<double>(rotary_dim));
  return frequencies;
}

Frequencies scaled_frequencies(std::int64_t rotary_dim, double base, const Scaling& scaling,
                               std::int64_t length) {
  validate(scaling, rotary_dim);
  return {inverse_of(rotary_dim, base, scaling, length), attention_factor(scaling)};
}

}  // namespace roformer::rope
