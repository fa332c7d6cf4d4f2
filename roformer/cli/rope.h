// The commands below `roformer rope`: section 3 of the paper in numbers. One a file.
#pragma once
#include <CLI/CLI.hpp>

namespace roformer::cli {

void add_rope_angles_command(CLI::App& rope);
void add_rope_decay_command(CLI::App& rope);
void add_rope_example_command(CLI::App& rope);
void add_rope_scores_command(CLI::App& rope);

}  // namespace roformer::cli
