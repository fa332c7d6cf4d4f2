// roformer generate: text that continues the lines of standard input.
#include "roformer/pipeline/generate.h"

#include <fmt/ranges.h>

#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "roformer/cli/command.h"
#include "roformer/cli/line_chunks.h"

namespace roformer::cli {
namespace {

constexpr const char* kNotes =
    "A prompt is the line's own tokens. An empty line begins a new text: behind a newline where\n"
    "tokens are bytes, else behind the separating token, which stands between documents in "
    "training.\n"
    "A text ends after --max-new-tokens (finish: length), at the separating token (end) or before "
    "a\n"
    "--stop text (stop). The same seed and line number give the same text, whatever the other "
    "lines.";

struct GenerateFlags {
  CommonOptions common;
  std::string model;
  pipeline::GenerateOptions options = {};
};

// Lines are written together but shown one behind the other: the first that is not whole as it grows.
class OrderedOutput {
 public:
  explicit OrderedOutput(std::size_t lines) : lines_(lines) {}

  void add(std::size_t line, std::string_view piece, bool last) {
    lines_[line].waiting += piece;
    lines_[line].whole = last;
    while (current_ < lines_.size()) {
      Line& shown = lines_[current_];
      std::cout << shown.waiting;
      shown.waiting.clear();
      if (!shown.whole) break;
      std::cout << '\n';
      ++current_;
    }
    std::cout.flush();
  }

 private:
  struct Line {
    std::string waiting;
    bool whole = false;
  };
  std::vector<Line> lines_;
  std::size_t current_ = 0;
};

std::string format_json(const std::string& text, const pipeline::Continuation& answer) {
  std::vector<std::string> tokens;
  for (const std::string& token : answer.tokens) tokens.push_back(json_string(token));
  return fmt::format(
      R"({{"text": {}, "continuation": {}, "tokens": [{}], "ids": [{}], "finish": "{}"}})",
      json_string(text), json_string(answer.text), fmt::join(tokens, ", "),
      fmt::join(answer.ids, ", "), answer.finish);
}

void generate_text(GenerateFlags& flags) {
  apply(flags.common);
  flags.options.device = torch::Device(flags.common.device);
  pipeline::Generate generate(flags.model, flags.options);
  LineChunks input("generate");
  while (input.next()) {
    const pipeline::Lines lines{input.lines(), input.first_line()};
    if (!flags.common.json) {
      OrderedOutput output(input.lines().size());
      generate(lines, [&](std::size_t line, std::string_view piece, bool last) {
        output.add(line, piece, last);
      });
      continue;
    }
    const auto answers = generate(lines);
    for (std::size_t i = 0; i < answers.size(); ++i)
      std::cout << format_json(input.lines()[i], answers[i]) << '\n';
    std::cout.flush();
  }
}

void add_sampling_options(CLI::App& command, pipeline::GenerateOptions& options) {
  constexpr std::int64_t most = 1'000'000'000;
  command.add_option("--max-new-tokens", options.max_new_tokens, "tokens to write, at most")
      ->check(CLI::Range(std::int64_t{1}, most))
      ->capture_default_str();
  command
      .add_option("--temperature", options.sampling.temperature,
                  "evens out probabilities above 1, sharpens them below; 0: always the likeliest "
                  "token")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  command
      .add_option("--top-k", options.sampling.top_k,
                  "draw from the K likeliest tokens only; 0: all")
      ->check(CLI::Range(std::int64_t{0}, most))
      ->capture_default_str();
  command
      .add_option("--top-p", options.sampling.top_p,
                  "draw from the likeliest tokens that together have this probability")
      ->check(CLI::Range(1e-9, 1.0))
      ->capture_default_str();
  command
      .add_option("--repetition-penalty", options.sampling.repetition_penalty,
                  "above 1: tokens that stood before become less likely")
      ->check(CLI::Range(0.001, 1000.0))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "of the random draws")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str();
}

}  // namespace

void add_generate_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("generate", "Text that continues the lines of standard input");
  command->footer(kNotes);
  const auto flags = std::make_shared<GenerateFlags>();
  command->add_option("--model", flags->model, "checkpoint folder of a causal language model")
      ->required()
      ->type_name("DIR");
  add_sampling_options(*command, flags->options);
  command
      ->add_option("--stop", flags->options.stops,
                   "end a text before this one; may be given several times")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  command
      ->add_option("--first-token", flags->options.first_token,
                   "put before every prompt, as [CLS] for RoFormer-Sim (default: none)")
      ->type_name("TOKEN");
  command
      ->add_option("--lines-at-once", flags->options.lines_at_once,
                   "prompts that are written together")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  add_json_option(*command, flags->common);
  add_device_options(*command, flags->common);
  add_examples(
      *command,
      "echo 'It was a dark' | roformer generate --model runs/performer --temperature 0.8\n"
      "roformer generate --model DIR --json --max-new-tokens 50 --top-p 0.9 < prompts.txt");
  command->callback([flags] { generate_text(*flags); });
}

}  // namespace roformer::cli
