#include "roformer/task/labelled_kind.h"

namespace roformer::task {

void set_fine_tuning(Recipe& recipe) {
  train::TrainingOptions& training = recipe.training;
  training.learning_rate = 2e-5;
  training.schedule.warmup_share = 0.1;
  training.keep_best = true;
  recipe.evaluation.sequences = 0;
}

std::vector<std::string> read_class_weights(SectionReader& task, labelled::LabelUse use) {
  const bool has_classes = use == labelled::LabelUse::classes || use == labelled::LabelUse::tags;
  std::vector<std::string> weights;
  task.read_if_given({"class_weights",
                      "[\"balanced\"], or [\"NAME=WEIGHT\", …], in training; empty: all alike",
                      {},
                      {},
                      has_classes ? nullptr : "expected it only for classes of texts and words"},
                     weights);
  return weights;
}

}  // namespace roformer::task
