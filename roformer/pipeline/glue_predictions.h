// What a classifier or a regression predicts for a test file of GLUE. The header is light: no
// tensors in it.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "roformer/labelled/glue.h"
#include "roformer/pipeline/classify.h"

namespace roformer::pipeline {

/// In the order of the file's rows.
struct GluePredictions {
  std::vector<std::int64_t> labels;  // numbers in GlueTask::labels; of a regression none
  std::vector<double> scores;        // of a regression, as the model gives them
  std::int64_t cut = 0;              // rows that were longer than ClassifyOptions::length allows
};

/// Throws Error that begins with `model` unless the model gives what the task asks for: a number, or
/// GLUE's classes in GLUE's order, called as run_glue or as GLUE's files call them.
void require_glue_classes(const labelled::GlueTask& task, const Classify& classify,
                          const std::string& model);

/// Predictions for the rows of a test file; `on_rows` hears how many are done. Throws Error that
/// names the file's line for an answer that is no number.
GluePredictions predict_glue(const Classify& classify, const labelled::LabelledText& text,
                             const std::function<void(std::int64_t)>& on_rows = {});

}  // namespace roformer::pipeline
