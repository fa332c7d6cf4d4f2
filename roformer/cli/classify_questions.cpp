#include "roformer/cli/classify_questions.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/input_lines.h"
#include "roformer/cli/json_output.h"
#include "roformer/pipeline/answer_questions.h"

namespace roformer::cli {
namespace {

std::string json_of_answer(const pipeline::TextAnswer& answer, std::int64_t line) {
  constexpr int digits = 6;
  return json_answer({{"answer", answer.text},
                      {"begin", answer.begin},
                      {"end", answer.end},
                      {"score", rounded(answer.score, digits)}},
                     line);
}

void answer_lines(const std::string& model, bool json, const pipeline::QuestionOptions& options) {
  const auto answer = pipeline::open_answer_questions(model, options);
  answer_input({"classify", json}, answer,
               [&](const InputLine& line, const pipeline::TextAnswer& found) {
                 return json ? json_of_answer(found, line.number)
                             : fmt::format("{}\t{:.4f}", found.text, found.score);
               });
}

}  // namespace

void add_question_options(CLI::App& command, QuestionFlags& flags,
                          pipeline::LengthOptions& length) {
  command
      .add_option_function<std::int64_t>(
          "--stride", [&length](const std::int64_t& stride) { length.stride = stride; },
          "of answers: tokens that the windows of a long text share (default: 128, or half of a "
          "window)")
      ->check(CLI::Range(std::int64_t{0}, kMostTokens));
  command
      .add_option_function<std::int64_t>(
          "--max-answer-length",
          [&flags](const std::int64_t& tokens) { flags.max_answer_length = tokens; },
          "of answers: tokens at most (default: 30)")
      ->check(CLI::Range(std::int64_t{1}, kMostTokens));
  command.add_flag("--allow-no-answer", flags.may_be_none,
                   "of answers: there may be none, for models of SQuAD 2.0");
}

bool classify_questions(const std::string& model, bool json,
                        const pipeline::ClassifyOptions& options, const QuestionFlags& flags) {
  const bool answers = pipeline::answers_questions(checkpoint::Folder(model));
  if (!answers) {
    base::require(!flags.has_any(),
                  "[cli] {}: expected --max-answer-length and --allow-no-answer with a model that "
                  "answers questions alone",
                  model);
    return false;
  }
  base::require(options.label_names.empty(),
                "[cli] {}: expected no --label-names for a model that answers questions", model);
  pipeline::QuestionOptions of_questions;
  static_cast<pipeline::TextOptions&>(of_questions) = options;
  if (flags.max_answer_length) of_questions.max_answer_length = *flags.max_answer_length;
  of_questions.may_be_none = flags.may_be_none;
  answer_lines(model, json, of_questions);
  return true;
}

}  // namespace roformer::cli
