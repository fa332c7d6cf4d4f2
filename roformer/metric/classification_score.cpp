#include "roformer/metric/classification_score.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

void require_classes(std::span<const std::int64_t> labels, std::int64_t num_classes,
                     const char* of_what) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    base::require(labels[i] >= 0 && labels[i] < num_classes,
                  "[metric] expected {} in 0 … {} but got {} for example {}", of_what,
                  num_classes - 1, labels[i], i);
  }
}

void require_labels(std::span<const std::int64_t> gold, std::span<const std::int64_t> predicted,
                    std::int64_t num_classes) {
  base::require(num_classes > 0, "[metric] expected at least one class but got {}", num_classes);
  base::require(!gold.empty() && gold.size() == predicted.size(),
                "[metric] expected as many predictions as examples, and some, but got {} and {}",
                predicted.size(), gold.size());
  require_classes(gold, num_classes, "true classes");
  require_classes(predicted, num_classes, "predicted classes");
}

double product(std::int64_t a, std::int64_t b) {
  return static_cast<double>(a) * static_cast<double>(b);
}

}  // namespace

double ClassificationScore::accuracy() const {
  return micro().recall;
}

ClassScore ClassificationScore::of_class(std::int64_t label) const {
  base::require(label >= 0 && label < std::ssize(classes),
                "[metric] expected a class in 0 … {} but got {}", std::ssize(classes) - 1, label);
  return class_score(classes[static_cast<std::size_t>(label)]);
}

ClassScore ClassificationScore::micro() const {
  return micro_average(classes);
}

ClassScore ClassificationScore::macro() const {
  std::vector<ClassCounts> occurring;
  std::copy_if(classes.begin(), classes.end(), std::back_inserter(occurring),
               [](const ClassCounts& counts) { return counts.gold + counts.predicted > 0; });
  return macro_average(occurring);
}

ClassScore ClassificationScore::weighted() const {
  return weighted_average(classes);
}

double ClassificationScore::matthews_correlation() const {
  std::int64_t correct = 0;
  double gold_by_predicted = 0, gold_squares = 0, predicted_squares = 0;
  for (const ClassCounts& counts : classes) {
    correct += counts.correct;
    gold_by_predicted += product(counts.gold, counts.predicted);
    gold_squares += product(counts.gold, counts.gold);
    predicted_squares += product(counts.predicted, counts.predicted);
  }
  const double pairs = product(total, total);
  const double variances = (pairs - gold_squares) * (pairs - predicted_squares);
  if (variances == 0) return 0;
  return (product(correct, total) - gold_by_predicted) / std::sqrt(variances);
}

ClassificationScore classification_score(std::span<const std::int64_t> gold,
                                         std::span<const std::int64_t> predicted,
                                         std::int64_t num_classes) {
  require_labels(gold, predicted, num_classes);
  ClassificationScore score{std::vector<ClassCounts>(static_cast<std::size_t>(num_classes)),
                            std::ssize(gold)};
  for (std::size_t i = 0; i < gold.size(); ++i) {
    ++score.classes[static_cast<std::size_t>(gold[i])].gold;
    ++score.classes[static_cast<std::size_t>(predicted[i])].predicted;
    if (gold[i] == predicted[i]) ++score.classes[static_cast<std::size_t>(gold[i])].correct;
  }
  return score;
}

std::vector<std::int64_t> confusion_counts(std::span<const std::int64_t> gold,
                                           std::span<const std::int64_t> predicted,
                                           std::int64_t num_classes) {
  require_labels(gold, predicted, num_classes);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(num_classes) *
                                   static_cast<std::size_t>(num_classes));
  for (std::size_t i = 0; i < gold.size(); ++i)
    ++counts[static_cast<std::size_t>(gold[i] * num_classes + predicted[i])];
  return counts;
}

}  // namespace roformer::metric
