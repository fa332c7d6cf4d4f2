#include "roformer/task/label_figures.h"

#include "roformer/base/error.h"
#include "roformer/metric/classification_score.h"
#include "roformer/metric/correlation.h"

namespace roformer::task {
namespace {

std::vector<std::int64_t> classes_of(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

}  // namespace

train::Metrics label_figures(const LabelAnswers& answers) {
  if (answers.num_classes == 0)
    return {{"pearson", metric::pearson_correlation(answers.gold, answers.answers).value_or(0)},
            {"spearman", metric::spearman_correlation(answers.gold, answers.answers).value_or(0)}};
  const auto score = metric::classification_score(classes_of(answers.gold),
                                                  classes_of(answers.answers), answers.num_classes);
  return {{"accuracy", score.accuracy()},
          {"f1", answers.num_classes == 2 ? score.of_class(1).f1 : score.macro().f1},
          {"matthews_correlation", score.matthews_correlation()}};
}

double figure_of(const train::Metrics& figures, const std::string& name) {
  for (const auto& [own, value] : figures) {
    if (own == name) return value;
  }
  base::fail("[task] expected a figure \"{}\" but got none", name);
}

}  // namespace roformer::task
