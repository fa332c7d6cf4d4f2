// roformer generate: text that continues the lines of standard input.
#include "roformer/pipeline/generate.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"
#include "roformer/pipeline/similar_sentences.h"

namespace roformer::cli {
namespace {

constexpr const char* kNotes =
    R"(A prompt is the line's own tokens. An empty line begins a new text: behind a newline where
tokens are bytes, else behind the separating token, which stands between documents in training.
A text ends after --max-new-tokens (finish: length), at the separating token (end) or before a
--stop text (stop). The same seed and line number give the same text, whatever the other lines.

With --similar a line is one that others are to mean the same as: RoFormer-Sim and SimBERT see it
whole, [CLS] and [SEP] around it, and write behind it from left to right. Of --samples such texts
those most alike to the line by their vectors are printed: rows of the line's number, the score and
the text, with tabs between. The line itself and what was written twice are left out.)";

struct GenerateFlags {
  CommonOptions common;
  std::string model;
  pipeline::GenerateOptions options = {};
  std::int64_t similar = 0;  // 0: lines are continued
  std::int64_t samples = 100;
  std::string pooling;  // empty: the folder's own
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

void continue_lines(const GenerateFlags& flags) {
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

// Where nothing was asked for, the choices are those of RoFormer-Sim's own code.
pipeline::SimilarOptions similar_options(const GenerateFlags& flags, const CLI::App& command) {
  const auto asks = [&](const char* name) { return command.count(name) > 0; };
  pipeline::SimilarOptions options;
  options.device = flags.options.device;
  options.compute_type = flags.options.compute_type;
  if (asks("--top-k") || asks("--top-p")) options.sampling.top_p = flags.options.sampling.top_p;
  options.sampling.top_k = flags.options.sampling.top_k;
  options.sampling.temperature = flags.options.sampling.temperature;
  options.sampling.repetition_penalty = flags.options.sampling.repetition_penalty;
  if (asks("--max-new-tokens")) options.max_new_tokens = flags.options.max_new_tokens;
  if (asks("--lines-at-once")) options.samples_at_once = flags.options.lines_at_once;
  options.samples = flags.samples;
  options.best = flags.similar;
  options.seed = flags.options.seed;
  if (!flags.pooling.empty()) options.poolings = {pipeline::pooling_of(flags.pooling)};
  return options;
}

std::string format_similar(const GenerateFlags& flags, const InputLine& line,
                           const pipeline::SimilarSentences& answer) {
  if (flags.common.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& sentence : answer.best)
      list.push_back({{"text", sentence.text}, {"score", shortest_decimal(sentence.score)}});
    return json_answer({{"text", line.text},
                        {"similar", list},
                        {"samples", flags.samples},
                        {"distinct", answer.distinct}},
                       line.number);
  }
  std::vector<std::string> rows;
  for (const auto& sentence : answer.best)
    rows.push_back(fmt::format("{}\t{:.4f}\t{}", line.number, sentence.score, sentence.text));
  return fmt::format("{}", fmt::join(rows, "\n"));
}

void write_similar(const GenerateFlags& flags, const CLI::App& command) {
  auto write = pipeline::open_write_similar(flags.model, similar_options(flags, command));
  std::int64_t without = 0, first = 0;
  answer_input({"generate", flags.common.json}, write,
               [&](const InputLine& line, const pipeline::SimilarSentences& answer) {
                 if (answer.best.empty() && without++ == 0) first = line.number;
                 return format_similar(flags, line, answer);
               });
  if (without > 0)
    spdlog::warn("{} without a sentence (the first: line {}): none of {} samples was another text",
                 without == 1 ? "1 line is" : fmt::format("{} lines are", without), first,
                 flags.samples);
}

void generate_text(GenerateFlags& flags, const CLI::App& command) {
  apply(flags.common, flags.options);
  flags.similar > 0 ? write_similar(flags, command) : continue_lines(flags);
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

void add_similar_options(CLI::App& command, GenerateFlags& flags) {
  auto* const similar =
      add_number(
          command, "--similar", flags.similar,
          "write sentences that mean what the line means, and print the K most alike, with "
          "--top-p 0.95 and --max-new-tokens 64 unless these are given; 0: continue the line",
          0, kMostTokens)
          ->type_name("K")
          ->excludes("--stop")
          ->excludes("--first-token");
  add_number(command, "--samples", flags.samples, "with --similar, texts drawn for each line", 1,
             kMostTokens)
      ->needs(similar);
  add_choice(command, "--pooling", flags.pooling, pipeline::pooling_names(),
             "with --similar, what becomes the vector by which texts are compared, as `roformer "
             "embed` has it [default: what 1_Pooling of sentence-transformers says, else the "
             "pooler, else cls]")
      ->needs(similar);
}

}  // namespace

void add_generate_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "generate", "Text that continues the lines of standard input, or sentences like them");
  command->footer(kNotes);
  const auto flags = std::make_shared<GenerateFlags>();
  add_text(*command, "--model", flags->model, "DIR",
           "checkpoint folder of a causal language model, or weights in it; with --similar of a "
           "prefix language model as RoFormer-Sim")
      ->required();
  add_sampling_options(*command, flags->options);
  add_texts(*command, "--stop", flags->options.stops, "TEXT",
            "end a text before this one; may be given several times");
  add_text(*command, "--first-token", flags->options.first_token, "TOKEN",
           "put before every prompt, as [CLS] for RoFormer-Sim (default: none)");
  add_number(*command, "--lines-at-once", flags->options.lines_at_once,
             "prompts that are written together (with --similar samples, and 50)", 1, 4096);
  add_similar_options(*command, *flags);
  add_json_option(*command, flags->common);
  add_answer_options(*command, flags->common);
  add_examples(
      *command,
      "echo 'It was a dark' | roformer generate --model runs/performer --temperature 0.8\n"
      "roformer generate --model DIR --json --max-new-tokens 50 --top-p 0.9 < prompts.txt\n"
      "roformer generate --model roformer-sim --similar 5 --samples 50 < lines.txt");
  command->callback([flags, command] { generate_text(*flags, *command); });
}

}  // namespace roformer::cli
