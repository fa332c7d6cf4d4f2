// How a command joins the program: each file of this room defines one add_…_command, and program.cpp
// lists them.
#pragma once
#include <c10/core/Device.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/pipeline/lines.h"

namespace roformer::cli {

/// Options that most commands share.
struct CommonOptions {
  std::string device = "cpu";
  int threads = 0;  // 0: as many as the machine has
  bool json = false;
};

/// Adds --model, a checkpoint folder.
void add_model_option(CLI::App& command, std::string& model);
/// Adds --set, changes of a recipe.
void add_changes_option(CLI::App& command, std::vector<std::string>& changes);
/// Adds --device and --threads (and --json).
void add_device_options(CLI::App& command, CommonOptions& options);
void add_json_option(CLI::App& command, CommonOptions& options);
/// Adds --max-length and --stride of the commands that read lines of text.
void add_length_options(CLI::App& command, pipeline::LengthOptions& options);
/// Puts command lines that show the use, one a line, at the end of --help and into the manual page.
void add_examples(CLI::App& command, const std::string& examples);
constexpr std::int64_t kMostTokens = 1'000'000'000;  // of one sequence, in options

/// For numbers: CLI::Range and CLI::Number alone let "nan" pass.
CLI::Validator real_number();
/// Adds an option for a number from `least` to `most`, whose value so far is the default.
template <typename Number>
CLI::Option* add_number(CLI::App& command, const std::string& name, Number& value,
                        const std::string& description, std::type_identity_t<Number> least,
                        std::type_identity_t<Number> most) {
  CLI::Option* option = command.add_option(name, value, description);
  if (std::is_floating_point_v<Number>) option->check(real_number());
  return option->check(CLI::Range(least, most))->capture_default_str();
}
/// Sets LibTorch's threads; the device, if there is one. Call at the start of a command that computes.
c10::Device apply(const CommonOptions& options);
/// Ends the program as the signal asked for, so that a shell script around us stops too.
void end_by_signal(int number);

// One a file: registers a subcommand whose callback does the work. State lives in a shared_ptr that
// the callback holds.
void add_train_command(CLI::App& program);
void add_evaluate_command(CLI::App& program);
void add_fill_mask_command(CLI::App& program);
void add_embed_command(CLI::App& program);
void add_generate_command(CLI::App& program);
void add_translate_command(CLI::App& program);
void add_bleu_command(CLI::App& program);
void add_tokenize_command(CLI::App& program);
void add_detokenize_command(CLI::App& program);
void add_run_command(CLI::App& program);
void add_inspect_command(CLI::App& program);
void add_convert_command(CLI::App& program);
void add_average_command(CLI::App& program);
void add_rope_command(CLI::App& program);
void add_reproduce_command(CLI::App& program);
void add_manual_command(CLI::App& program);
void add_completion_command(CLI::App& program);

}  // namespace roformer::cli
