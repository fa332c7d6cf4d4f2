// The figures of classification, equal to scikit-learn's (1.9.1, zero_division=0): GLUE has
// accuracy, F1 of one class (MRPC, QQP) and Matthews' correlation (CoLA).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roformer/metric/class_score.h"

namespace roformer::metric {

/// What was counted of each class, and the figures of it.
struct ClassificationScore {
  std::vector<ClassCounts> classes;
  std::int64_t total = 0;  // examples, at least 1

  /// The share of right predictions.
  double accuracy() const;
  /// One class against all others; of two classes, what GLUE calls F1 is that of class 1. Throws
  /// Error if there is no such class.
  ClassScore of_class(std::int64_t label) const;
  /// Over all classes; each of the three figures is the accuracy.
  ClassScore micro() const;
  /// Each class as heavy that has an example or a prediction.
  ClassScore macro() const;
  /// By the number of examples.
  ClassScore weighted() const;
  /// Matthews' correlation (1975), of more than two classes Gorodkin's (2004), -1 … 1. 0 where it
  /// is undefined: all examples, or all predictions, are of one class.
  double matthews_correlation() const;
};

/// Counts predictions. Element i of both is a class of example i. Throws Error unless there are as
/// many of both, and some, and all are in 0 … num_classes - 1.
ClassificationScore classification_score(std::span<const std::int64_t> gold,
                                         std::span<const std::int64_t> predicted,
                                         std::int64_t num_classes);

/// How often each class was taken for each: num_classes², the row is the true class. Throws Error
/// as classification_score does.
std::vector<std::int64_t> confusion_counts(std::span<const std::int64_t> gold,
                                           std::span<const std::int64_t> predicted,
                                           std::int64_t num_classes);

}  // namespace roformer::metric
