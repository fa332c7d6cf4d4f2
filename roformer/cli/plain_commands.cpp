// The commands that do without tensors: they start without LibTorch, ten times as fast.
#include <algorithm>
#include <filesystem>
#include <string>

#include "roformer/cli/option_text.h"
#include "roformer/cli/program.h"
#include "roformer/cli/tokenizer_path.h"
#include "roformer/text/tokenizer_file.h"

namespace roformer::cli {

void add_bleu_command(CLI::App& program);
void add_segment_command(CLI::App& program);

namespace {

// Only who reads all formats of weights can tell whether a file is one.
std::filesystem::path folder_of_no_weights(const std::filesystem::path& path) {
  if (!text::is_named_as_tokenizer(path) && !std::filesystem::is_directory(path))
    throw NeedsTensors();
  return path;
}

void add_plain(CLI::App& program) {
  add_bleu_command(program);
  add_tokenize_command(program, folder_of_no_weights);
  add_detokenize_command(program, folder_of_no_weights);
  add_segment_command(program);
}

bool is_plain(const std::string& name) {
  CLI::App program;
  add_plain(program);
  const auto commands = commands_of(program);
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return command->get_name() == name; });
}

}  // namespace
}  // namespace roformer::cli

/// What launcher/main.cpp calls first: the whole program where its command is one of these. It
/// comes back, with nothing read or written, where all commands are needed.
extern "C" void roformer_run_plain_command(int argc, char** argv) {
  using namespace roformer::cli;
  if (argc < 2 || !is_plain(argv[1])) return;
  set_up_process();
  try {
    end_process(run_program(argc, argv, {add_plain, [](const std::exception& error) {
                                           return std::string(error.what());
                                         }}));
  } catch (const NeedsTensors&) {
    return;
  }
}
