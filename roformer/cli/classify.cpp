// roformer classify: what a model with labels says of each line of standard input: its class, a
// number for it, the entities in it, the right choice, the answer to a question.
#include "roformer/cli/classify.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/cli/computing.h"
#include "roformer/head/label_head.h"

namespace roformer::cli {
namespace {

// A class of model, and how its answers are printed.
struct LabelClass {
  head::Description (*head)();
  void (*classify)(const pipeline::LabelFolder&, const ClassifyFlags&);
  bool answers_questions = false;
};

constexpr LabelClass kLabelClasses[] = {{head::sequence_classifier, classify_texts},
                                        {head::pair_scorer, classify_texts},
                                        {head::token_classifier, classify_words},
                                        {head::multiple_choice, classify_choices},
                                        {head::question_answering, classify_questions, true}};

void classify_lines(ClassifyFlags& flags) {
  apply(flags.common, flags.options);
  const pipeline::LabelFolder folder(flags.model);
  std::vector<std::string> names;
  for (const LabelClass& known : kLabelClasses) {
    names.push_back(head::class_name(known.head(), folder.family()));
    if (!folder.has(known.head())) continue;
    base::require(known.answers_questions || !flags.questions.has_any(),
                  "[classify] {}: expected --max-answer-length and --allow-no-answer with a model "
                  "that answers questions alone but got a {}",
                  folder.name(), folder.architecture());
    return known.classify(folder, flags);
  }
  base::fail("[classify] {}: expected a {} but got a {}", folder.name(), fmt::join(names, " or a "),
             folder.architecture());
}

}  // namespace

pipeline::ClassifyOptions row_options(const ClassifyFlags& flags, RunRows& run) {
  pipeline::ClassifyOptions options = flags.options;
  const RunRows own = rows_of_run(flags.model);
  if (own.recipe.empty()) return options;
  options.length.keep = own.length.keep;
  if (options.length.max_length > 0 || options.length.stride) return options;
  options.length = own.length;
  run = own;
  return options;
}

void add_classify_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "classify",
      "The class of each line of standard input, or of two texts that a tab separates; or the "
      "entities in it; the right one of choices that tabs separate; the answer to a question that "
      "a tab separates from its text");
  const auto flags = std::make_shared<ClassifyFlags>();
  add_model_option(*command, flags->model);
  add_text(*command, "--label-names", flags->options.label_names, "NAME,…",
           "names of the classes in their order (default: the model's)")
      ->delimiter(',');
  add_number(*command, "--max-length", flags->options.length.max_length,
             "tokens of a line, special ones included; 0: what the model's positions allow, of "
             "questions windows of at most 384; of a run that learned from rows of texts its "
             "data.max_length, at which longer lines are cut as there",
             0, kMostTokens);
  command->add_flag("--truncate", flags->options.length.truncate,
                    "cut longer lines instead of refusing them");
  add_question_options(*command, *flags);
  add_json_option(*command, flags->common);
  add_answer_options(*command, flags->common);
  add_examples(
      *command,
      "echo 'a charming film' | roformer classify --model runs/sst2/best\n"
      "printf 'a cat sleeps\\ta cat is asleep\\n' | roformer classify --model DIR --json\n"
      "echo 'Peter Blackburn lives in Brussels' | roformer classify --model runs/names\n"
      "printf 'who sleeps?\\ta cat sleeps\\n' | roformer classify --model runs/squad/best");
  command->callback([flags] { classify_lines(*flags); });
}

}  // namespace roformer::cli
