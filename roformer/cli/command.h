// How a command joins the program: each file of this room defines one add_…_command, and program.cpp
// lists them.
#pragma once
#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

#include "roformer/pipeline/text_pieces.h"

namespace roformer::cli {

/// Options that most commands share.
struct CommonOptions {
  std::string device = "cpu";
  int threads = 0;  // 0: as many as the machine has
  bool json = false;
};

/// Adds --device and --threads (and --json).
void add_device_options(CLI::App& command, CommonOptions& options);
void add_json_option(CLI::App& command, CommonOptions& options);
/// Adds --max-length and --stride of the commands that read lines of text.
void add_length_options(CLI::App& command, pipeline::LengthOptions& options);
/// Puts command lines that show the use, one a line, at the end of --help and into the manual page.
void add_examples(CLI::App& command, const std::string& examples);
/// Sets LibTorch's threads; checks the device. Call at the start of a command that computes.
void apply(const CommonOptions& options);

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
