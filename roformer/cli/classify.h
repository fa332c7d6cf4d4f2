// How `roformer classify` answers with each class of model: a file each, a line in classify.cpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "roformer/cli/command.h"
#include "roformer/cli/run_rows.h"
#include "roformer/pipeline/classify.h"
#include "roformer/pipeline/label_folder.h"

namespace roformer::cli {

/// What only models that answer questions take; their windows share ClassifyOptions::length.stride
/// tokens.
struct QuestionFlags {
  std::optional<std::int64_t> max_answer_length = {};
  bool may_be_none = false;

  bool has_any() const { return max_answer_length.has_value() || may_be_none; }
};

struct ClassifyFlags {
  CommonOptions common;
  std::string model;
  pipeline::ClassifyOptions options = {};
  QuestionFlags questions = {};
};

constexpr int kProbabilityDigits = 6;  // of JSON

/// The flags with the lengths of rows as the run that the model lies in has learned to read them,
/// unless --max-length says otherwise; `run` is that run then.
pipeline::ClassifyOptions row_options(const ClassifyFlags& flags, RunRows& run);

/// The class of each line of standard input, or a number for it.
void classify_texts(const pipeline::LabelFolder& folder, const ClassifyFlags& flags);
/// The entities of each line, or its words with their labels.
void classify_words(const pipeline::LabelFolder& folder, const ClassifyFlags& flags);
/// Which choice of each line is right.
void classify_choices(const pipeline::LabelFolder& folder, const ClassifyFlags& flags);
/// The answer to the question of each line.
void classify_questions(const pipeline::LabelFolder& folder, const ClassifyFlags& flags);

/// Adds --stride, --max-answer-length and --allow-no-answer.
void add_question_options(CLI::App& command, ClassifyFlags& flags);

}  // namespace roformer::cli
