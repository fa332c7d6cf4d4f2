// Figures of classes and numbers: GLUE's metrics and what stands beside them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/train/task.h"

namespace roformer::task {

/// What is true of a part's rows and what a model says of them, in one order: numbers of classes,
/// or numbers.
struct LabelAnswers {
  std::vector<double> gold, answers;
  std::int64_t num_classes = 0;  // 0: of a regression
};

/// Of classes "accuracy", "f1" (of two classes that of the second, else the mean over the classes),
/// "matthews_correlation"; of numbers "pearson" and "spearman", which are 0 where all answers are
/// alike. Throws Error for no rows.
train::Metrics label_figures(const LabelAnswers& answers);

/// The figure of that name. Throws Error if there is none.
double figure_of(const train::Metrics& figures, const std::string& name);

}  // namespace roformer::task
