// roformer generate: text that continues the lines of standard input.
#include "roformer/pipeline/generate.h"

#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"

namespace roformer::cli {
namespace {

constexpr const char* kNotes =
    R"(A prompt is the line's own tokens. An empty line begins a new text: behind a newline where
tokens are bytes, else behind the separating token, which stands between documents in training.
A text ends after --max-new-tokens (finish: length), at the separating token (end) or before a
--stop text (stop). The same seed and line number give the same text, whatever the other lines.)";

struct GenerateFlags {
  CommonOptions common;
  std::string model;
  pipeline::GenerateOptions options = {};
};

// Lines are written together but shown one behind another: the first that is not whole as it grows.
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

nlohmann::ordered_json json_of(const std::string& text, const pipeline::Continuation& answer) {
  return {{"text", text},
          {"continuation", answer.text},
          {"tokens", answer.tokens},
          {"ids", answer.ids},
          {"finish", answer.finish}};
}

void generate_text(GenerateFlags& flags) {
  flags.options.device = apply(flags.common);
  const auto generate = pipeline::open_generate(flags.model, flags.options);
  if (flags.common.json)
    return answer_input({"generate", true, true}, generate,
                        [](const InputLine& line, const pipeline::Continuation& answer) {
                          return json_answer(json_of(line.text, answer), line.number);
                        });
  const auto write = [&](const pipeline::Lines& lines) {
    OrderedOutput output(lines.texts.size());
    generate(lines, [&](std::size_t line, std::string_view piece, bool last) {
      output.add(line, piece, last);
    });
  };
  LineChunks input("generate");
  Unanswered unanswered;
  while (input.next()) unanswered.answer(input.lines(), write, false);
  unanswered.report();
}

void add_sampling_options(CLI::App& command, pipeline::GenerateOptions& options) {
  add_number(command, "--max-new-tokens", options.max_new_tokens, "tokens to write, at most", 1,
             kMostTokens);
  add_number(command, "--temperature", options.sampling.temperature,
             "evens out probabilities above 1, sharpens them below; 0: always the likeliest "
             "token",
             0.0, 1000.0);
  add_number(command, "--top-k", options.sampling.top_k,
             "draw from the K likeliest tokens only; 0: all", 0, kMostTokens);
  add_number(command, "--top-p", options.sampling.top_p,
             "draw from the likeliest tokens that together have this probability", 1e-9, 1.0);
  add_number(command, "--repetition-penalty", options.sampling.repetition_penalty,
             "above 1: tokens that stood before become less likely", 0.001, 1000.0);
  add_number(command, "--seed", options.seed, "of the random draws", 0,
             std::numeric_limits<std::int64_t>::max());
}

}  // namespace

void add_generate_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("generate", "Text that continues the lines of standard input");
  command->footer(kNotes);
  const auto flags = std::make_shared<GenerateFlags>();
  add_text(*command, "--model", flags->model, "DIR",
           "checkpoint folder of a causal language model, or weights in it")
      ->required();
  add_sampling_options(*command, flags->options);
  add_texts(*command, "--stop", flags->options.stops, "TEXT",
            "end a text before this one; may be given several times");
  add_text(*command, "--first-token", flags->options.first_token, "TOKEN",
           "put before every prompt, as [CLS] for RoFormer-Sim (default: none)");
  add_number(*command, "--lines-at-once", flags->options.lines_at_once,
             "prompts that are written together", 1, 4096);
  add_json_option(*command, flags->common);
  add_device_options(*command, flags->common);
  add_examples(
      *command,
      "echo 'It was a dark' | roformer generate --model runs/performer --temperature 0.8\n"
      "roformer generate --model DIR --json --max-new-tokens 50 --top-p 0.9 < prompts.txt");
  command->callback([flags] { generate_text(*flags); });
}

}  // namespace roformer::cli
