#include "roformer/cli/frequency_options.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/cli/command.h"

namespace roformer::cli {
namespace {

constexpr std::int64_t kLargestDim = 65536;
constexpr std::int64_t kLongest = 1'000'000'000'000;

// The option of a field of rope::Scaling.
std::string flag_of(std::string field) {
  std::replace(field.begin(), field.end(), '_', '-');
  return "--" + field;
}

constexpr const char* kFields[] = {"factor",
                                   "original_length",
                                   "attention_factor",
                                   "beta_fast",
                                   "beta_slow",
                                   "mscale",
                                   "mscale_all_dim",
                                   "low_frequency_factor",
                                   "high_frequency_factor",
                                   "partial_factor",
                                   "short_factor",
                                   "long_factor"};

void require_read(const CLI::App& command, const rope::Scaling& scaling,
                  const std::string& scaling_name, const std::string& flag, const char* field) {
  base::require(command.count(flag) == 0 || rope::reads_option(scaling.kind, field),
                "[cli] expected no {} with --scaling {}, which does not read it", flag,
                scaling_name);
}

void add_list(CLI::App& command, const std::string& flag, std::vector<double>& values,
              const char* description) {
  command.add_option(flag, values, description)->delimiter(',')->type_name("X,X,…");
}

// The value so far is the default; what it may be is rope::validate's to say.
void add_real(CLI::App& command, const std::string& name, double& value, const char* description) {
  command.add_option(name, value, description)->capture_default_str();
}

void add_yarn_options(CLI::App& command, rope::Scaling& scaling) {
  command
      .add_option("--attention-factor", scaling.attention_factor,
                  "yarn, longrope: what cos and sin are multiplied by (default: their formula)")
      ->type_name("X");
  add_real(command, "--beta-fast", scaling.beta_fast,
           "yarn: turns within the length of training from which on a pair stays");
  add_real(command, "--beta-slow", scaling.beta_slow,
           "yarn: turns below which a pair is scaled whole");
  command.add_flag("!--no-truncate", scaling.truncate,
                   "yarn: let the ramp begin and end between two pairs");
  command.add_option("--mscale", scaling.mscale,
                     "yarn: with --mscale-all-dim, the magnitude's numerator (default: none)");
  command.add_option("--mscale-all-dim", scaling.mscale_all_dim,
                     "yarn: with --mscale, the magnitude's denominator (default: none)");
}

}  // namespace

void add_frequency_options(CLI::App& command, FrequencyOptions& options) {
  rope::Scaling& scaling = options.scaling;
  add_number(command, "--dim", options.dim, "dimensions of a head that turn, two a pair", 2,
             kLargestDim);
  add_real(command, "--base", options.base, "base of the angles: pair i turns by base^(-2i/dim)");
  add_choice(command, "--scaling", options.scaling_name, rope::scaling_names(),
             "how the angles are made to reach further than training");
  add_real(command, "--factor", scaling.factor, "how many times further; all scalings");
  add_number(command, "--original-length", scaling.original_length,
             "length of training (default: none; dynamic, yarn, longrope and llama3 need it)", 1,
             kLongest)
      ->default_str("");
  add_number(command, "--length", options.length,
             "positions of the sequence, for dynamic and longrope (default: the largest "
             "position or distance + 1)",
             1, kLongest)
      ->default_str("");
  add_yarn_options(command, scaling);
  add_real(command, "--low-frequency-factor", scaling.low_frequency_factor,
           "llama3: turns within the length of training below which a pair is scaled whole");
  add_real(command, "--high-frequency-factor", scaling.high_frequency_factor,
           "llama3: turns within the length of training from which on a pair stays");
  add_real(command, "--partial-factor", scaling.partial_factor,
           "proportional: share of the pairs that turn");
  add_list(command, "--short-factor", scaling.short_factor,
           "longrope: a divisor a pair, up to the length of training (default: none, it needs "
           "them)");
  add_list(command, "--long-factor", scaling.long_factor,
           "longrope: a divisor a pair beyond it (default: none, it needs them)");
}

rope::Frequencies frequencies_of(const CLI::App& command, const FrequencyOptions& options,
                                 std::int64_t length) {
  rope::Scaling scaling = options.scaling;
  scaling.kind = rope::scaling_kind(options.scaling_name);
  for (const char* field : kFields)
    require_read(command, scaling, options.scaling_name, flag_of(field), field);
  require_read(command, scaling, options.scaling_name, "--no-truncate", "truncate");
  base::require(command.count("--length") == 0 || rope::depends_on_length(scaling.kind),
                "[cli] expected no --length with --scaling {}, which does not read it",
                options.scaling_name);
  return rope::scaled_frequencies(options.dim, options.base, scaling,
                                  options.length > 0 ? options.length : length);
}

}  // namespace roformer::cli
