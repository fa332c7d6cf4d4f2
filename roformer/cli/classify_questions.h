// What `roformer classify` does with a model that answers questions.
#pragma once
#include <optional>
#include <string>

#include "roformer/cli/command.h"
#include "roformer/pipeline/classify.h"

namespace roformer::cli {

/// What only such models take; their windows share ClassifyOptions::length.stride tokens.
struct QuestionFlags {
  std::optional<std::int64_t> max_answer_length = {};
  bool may_be_none = false;

  bool has_any() const { return max_answer_length.has_value() || may_be_none; }
};

/// Adds --stride, --max-answer-length and --allow-no-answer.
void add_question_options(CLI::App& command, QuestionFlags& flags, pipeline::LengthOptions& length);

/// Answers the lines of standard input if the folder's model is one that answers questions; else
/// returns false. Throws Error for what is asked for and has no effect with the model.
bool classify_questions(const std::string& model, bool json,
                        const pipeline::ClassifyOptions& options, const QuestionFlags& flags);

}  // namespace roformer::cli
