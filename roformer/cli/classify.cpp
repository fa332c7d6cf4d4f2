// roformer classify: the class of each line of standard input, or of each pair of texts, a number
// for it, or the answer to a question.
#include "roformer/pipeline/classify.h"

#include <memory>
#include <string>

#include "roformer/cli/classify_questions.h"
#include "roformer/cli/command.h"
#include "roformer/cli/input_lines.h"
#include "roformer/cli/json_output.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

constexpr int kDigits = 6;

struct ClassifyFlags {
  CommonOptions common;
  std::string model;
  pipeline::ClassifyOptions options = {};
  QuestionFlags questions = {};
};

ordered_json json_of(const pipeline::ClassAnswer& answer, const pipeline::Classify& classify) {
  if (classify.is_regression()) return {{"score", rounded(answer.score, kDigits)}};
  ordered_json probabilities = ordered_json::object();
  const auto& names = classify.label_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    probabilities[names[i]] = rounded(answer.probabilities[i], kDigits);
  return {{"label", names[answer.best]}, {"probabilities", probabilities}};
}

std::string plain_class(const pipeline::ClassAnswer& answer, const pipeline::Classify& classify) {
  if (classify.is_regression()) return fmt::format("{:.4f}", answer.score);
  return fmt::format("{}\t{:.4f}", classify.label_names()[answer.best],
                     answer.probabilities[answer.best]);
}

void classify_lines(ClassifyFlags& flags) {
  flags.options.device = apply(flags.common);
  if (classify_questions(flags.model, flags.common.json, flags.options, flags.questions)) return;
  const auto classify = pipeline::open_classify(flags.model, flags.options);
  answer_input({"classify", flags.common.json}, classify,
               [&](const InputLine& line, const pipeline::ClassAnswer& answer) {
                 return flags.common.json ? json_answer(json_of(answer, classify), line.number)
                                          : plain_class(answer, classify);
               });
}

}  // namespace

void add_classify_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "classify", "The class of each line of standard input, or of two texts that a tab separates");
  const auto flags = std::make_shared<ClassifyFlags>();
  add_model_option(*command, flags->model);
  add_text(*command, "--label-names", flags->options.label_names, "NAME,…",
           "names of the classes in their order (default: the model's)")
      ->delimiter(',');
  add_number(*command, "--max-length", flags->options.length.max_length,
             "tokens of a line, special ones included; 0: what the model's positions allow, of "
             "questions windows of at most 384",
             0, kMostTokens);
  command->add_flag("--truncate", flags->options.length.truncate,
                    "cut longer lines instead of refusing them");
  add_question_options(*command, flags->questions, flags->options.length);
  add_json_option(*command, flags->common);
  add_device_options(*command, flags->common);
  add_examples(
      *command,
      "echo 'a charming film' | roformer classify --model runs/sst2/best\n"
      "printf 'a cat sleeps\\ta cat is asleep\\n' | roformer classify --model DIR --json\n"
      "printf 'who sleeps?\\ta cat sleeps\\n' | roformer classify --model runs/squad/best");
  command->callback([flags] { classify_lines(*flags); });
}

}  // namespace roformer::cli
