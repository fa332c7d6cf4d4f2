// Precision, recall and F1 (van Rijsbergen 1979) of counts, and their means over classes: what
// classification and entities share. What has no denominator is 0, scikit-learn's zero_division=0.
#pragma once
#include <cstdint>
#include <span>

namespace roformer::metric {

/// What is counted of one class, or of several together.
struct ClassCounts {
  std::int64_t correct = 0;    // predicted and in truth
  std::int64_t predicted = 0;  // rightly or not
  std::int64_t gold = 0;       // in truth

  /// Adds the counts of another class.
  ClassCounts& operator+=(const ClassCounts& other);
  bool operator==(const ClassCounts&) const = default;
};

/// Three figures of a class, or of several, 0 … 1.
struct ClassScore {
  double precision = 0;      // correct of those predicted
  double recall = 0;         // correct of those in truth
  double f1 = 0;             // harmonic mean of the two
  std::int64_t support = 0;  // how many there are in truth

  bool operator==(const ClassScore&) const = default;
};

/// Precision, recall and F1 of these counts.
ClassScore class_score(const ClassCounts& counts);

/// The score of all classes' counts together.
ClassScore micro_average(std::span<const ClassCounts> classes);
/// The mean of the classes' scores, each class as heavy; F1 is the mean of F1s, not the F1 of the
/// means. Zeros for no class.
ClassScore macro_average(std::span<const ClassCounts> classes);
/// The mean weighted by support; zeros where nothing is in truth.
ClassScore weighted_average(std::span<const ClassCounts> classes);

}  // namespace roformer::metric
