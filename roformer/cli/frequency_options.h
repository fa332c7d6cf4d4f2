// The options that say how fast the pairs of dimensions turn: shared by the commands of `rope`.
#pragma once
#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

#include "roformer/rope/scaling.h"

namespace roformer::cli {

struct FrequencyOptions {
  std::int64_t dim = 128;
  double base = 10000;
  std::string scaling_name = "none";
  rope::Scaling scaling;
  std::int64_t length = 0;  // of the sequence; 0: what the command takes for it
};

/// Adds --dim, --base, --scaling and the options of the scalings.
void add_frequency_options(CLI::App& command, FrequencyOptions& options);

/// The frequencies for a sequence of `length` positions unless --length was given. Throws Error for
/// an option that the scaling does not read, and for values out of their range.
rope::Frequencies frequencies_of(const CLI::App& command, const FrequencyOptions& options,
                                 std::int64_t length);

}  // namespace roformer::cli
