// Answers to questions.
#include "roformer/cli/classify.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/cli/answered_lines.h"
#include "roformer/cli/json_output.h"
#include "roformer/pipeline/answer_questions.h"

namespace roformer::cli {
namespace {

nlohmann::ordered_json json_of_answer(const pipeline::TextAnswer& answer) {
  return {{"answer", answer.text},
          {"begin", answer.begin},
          {"end", answer.end},
          {"score", rounded(answer.score, kProbabilityDigits)}};
}

}  // namespace

void add_question_options(CLI::App& command, ClassifyFlags& flags) {
  command
      .add_option_function<std::int64_t>(
          "--stride",
          [&flags](const std::int64_t& stride) { flags.options.length.stride = stride; },
          "of answers: tokens that the windows of a long text share (default: 128, or half of a "
          "window)")
      ->check(CLI::Range(std::int64_t{0}, kMostTokens));
  command
      .add_option_function<std::int64_t>(
          "--max-answer-length",
          [&flags](const std::int64_t& tokens) { flags.questions.max_answer_length = tokens; },
          "of answers: tokens at most (default: 30)")
      ->check(CLI::Range(std::int64_t{1}, kMostTokens));
  command.add_flag("--allow-no-answer", flags.questions.may_be_none,
                   "of answers: there may be none, for models of SQuAD 2.0");
}

void classify_questions(const pipeline::LabelFolder& folder, const ClassifyFlags& flags) {
  base::require(flags.options.label_names.empty(),
                "[classify] {}: expected no --label-names for a model that answers questions",
                folder.name());
  pipeline::QuestionOptions options;
  static_cast<pipeline::TextOptions&>(options) = flags.options;
  if (flags.questions.max_answer_length)
    options.max_answer_length = *flags.questions.max_answer_length;
  options.may_be_none = flags.questions.may_be_none;
  const auto answer = pipeline::open_answer_questions(folder, options);
  answer_input({"classify", flags.common.json}, answer,
               [&](const InputLine& line, const pipeline::TextAnswer& found) {
                 return flags.common.json ? json_answer(json_of_answer(found), line.number)
                                          : fmt::format("{}\t{:.4f}", found.text, found.score);
               });
}

}  // namespace roformer::cli
