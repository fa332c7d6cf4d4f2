#include "roformer/metric/class_score.h"

namespace roformer::metric {
namespace {

double ratio_or_zero(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

// A mean of scores as it is gathered.
class WeightedMean {
 public:
  void add(const ClassScore& score, double weight) {
    sum_.precision += weight * score.precision;
    sum_.recall += weight * score.recall;
    sum_.f1 += weight * score.f1;
    sum_.support += score.support;
    weight_ += weight;
  }

  ClassScore mean() const {
    if (weight_ == 0) return {0, 0, 0, sum_.support};
    return {sum_.precision / weight_, sum_.recall / weight_, sum_.f1 / weight_, sum_.support};
  }

 private:
  ClassScore sum_;
  double weight_ = 0;
};

}  // namespace

ClassCounts& ClassCounts::operator+=(const ClassCounts& other) {
  correct += other.correct;
  predicted += other.predicted;
  gold += other.gold;
  return *this;
}

ClassScore class_score(const ClassCounts& counts) {
  return {ratio_or_zero(counts.correct, counts.predicted),
          ratio_or_zero(counts.correct, counts.gold),
          ratio_or_zero(2 * counts.correct, counts.predicted + counts.gold), counts.gold};
}

ClassScore micro_average(std::span<const ClassCounts> classes) {
  ClassCounts sum;
  for (const ClassCounts& counts : classes) sum += counts;
  return class_score(sum);
}

ClassScore macro_average(std::span<const ClassCounts> classes) {
  WeightedMean mean;
  for (const ClassCounts& counts : classes) mean.add(class_score(counts), 1);
  return mean.mean();
}

ClassScore weighted_average(std::span<const ClassCounts> classes) {
  WeightedMean mean;
  for (const ClassCounts& counts : classes)
    mean.add(class_score(counts), static_cast<double>(counts.gold));
  return mean.mean();
}

}  // namespace roformer::metric
