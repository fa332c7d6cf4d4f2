// roformer rope: the analyses of section 3 of the paper.
#include "roformer/cli/command.h"

namespace roformer::cli {

// One a file.
void add_rope_angles_command(CLI::App& rope);
void add_rope_decay_command(CLI::App& rope);
void add_rope_example_command(CLI::App& rope);
void add_rope_scores_command(CLI::App& rope);

void add_rope_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "rope", "Rotary position embedding in numbers: angles, decay, a worked example");
  command->require_subcommand(1);
  add_rope_angles_command(*command);
  add_rope_decay_command(*command);
  add_rope_example_command(*command);
  add_rope_scores_command(*command);
}

}  // namespace roformer::cli
