#include "roformer/task/label_task.h"

#include <algorithm>
#include <map>

#include "roformer/labelled/class_weights.h"
#include "roformer/task/labelled_kind.h"

namespace roformer::task {

namespace {

using labelled::ExampleBatch;
using torch::Tensor;

// The values of a batch's rows.
template <typename Value>
std::vector<Value> rows_of(const std::vector<Value>& values, const ExampleBatch& batch) {
  std::vector<Value> ordered;
  for (const std::int64_t row : batch.rows)
    ordered.push_back(values[static_cast<std::size_t>(row)]);
  return ordered;
}

}  // namespace

const Kind& classification_kind() {
  static const LabelledKind<LabelTask> kind("classification", labelled::LabelUse::classes);
  return kind;
}

const Kind& regression_kind() {
  static const LabelledKind<LabelTask> kind("regression", labelled::LabelUse::numbers);
  return kind;
}

LabelTask::LabelTask(const Recipe& recipe, std::shared_ptr<const labelled::LabelledCorpus> corpus,
                     std::shared_ptr<head::LabelHead> model, torch::Device device)
    : LabelledTask(recipe, corpus, head::sequence_classifier(), std::move(model), device),
      corpus_(std::move(corpus)) {
  if (!corpus_->has_classes()) return;
  class_weights_ =
      weights_tensor(labelled::class_weights(corpus_->options().class_weights,
                                             corpus_->label_names(), corpus_->training_counts()),
                     device);
}

std::shared_ptr<head::LabelHead> LabelTask::draw(const Recipe& recipe,
                                                 const labelled::LabelledCorpus& corpus) {
  return draw_label_model(
      recipe, corpus.tokenizer(), head::sequence_classifier(), [&](model::HeadConfig& head) {
        head.labels = corpus.label_names();
        head.num_labels = std::max<std::int64_t>(1, std::ssize(head.labels));
        head.problem_type = corpus.has_classes() ? "single_label_classification" : "regression";
      });
}

std::shared_ptr<head::LabelHead> LabelTask::load(const Recipe& recipe,
                                                 const labelled::LabelledCorpus& corpus,
                                                 const std::filesystem::path& folder) {
  return load_label_model(recipe, head::sequence_classifier(), corpus.label_names(), 1, folder);
}

train::LossSum LabelTask::loss_of(const ExampleBatch& examples,
                                  const model::ForwardOptions& options) {
  const Tensor logits = row_logits(examples, options);
  train::LossSum sum;
  sum.targets = logits.size(0);
  sum.tokens = std::ssize(examples.batch.tokens);
  if (corpus_->has_classes()) {
    const Tensor classes = on_device(rows_of(corpus_->classes(examples.split), examples));
    sum.loss = at::cross_entropy_loss(logits, classes, weights_in_training(class_weights_),
                                      at::Reduction::Sum);
    sum.correct = logits.argmax(1).eq(classes).sum().item<std::int64_t>();
  } else {
    const Tensor numbers =
        torch::tensor(rows_of(corpus_->numbers(examples.split), examples), torch::kFloat32);
    sum.loss = at::mse_loss(logits.flatten(), numbers.to(device()), at::Reduction::Sum);
  }
  sum.negative_log_likelihood = sum.loss.item<double>();
  sum.outputs = kept(logits);
  return sum;
}

LabelAnswers LabelTask::answers_of(const train::Evaluated& evaluated) const {
  const Tensor outputs = torch::cat(evaluated.outputs);
  const bool has_classes = corpus_->has_classes();
  const auto answers = numbers_of(has_classes ? outputs.argmax(1) : outputs.flatten());
  std::map<std::int64_t, double> by_row;  // whatever batches they were in
  auto answer = answers.begin();
  for (const ExampleBatch& batch : evaluated_batches(evaluated.split)) {
    for (const std::int64_t row : batch.rows) by_row[row] = *answer++;
  }
  LabelAnswers ordered{{}, {}, has_classes ? outputs.size(1) : 0};
  for (const auto& [row, value] : by_row) {
    const auto at = static_cast<std::size_t>(row);
    ordered.gold.push_back(has_classes ? static_cast<double>(corpus_->classes(evaluated.split)[at])
                                       : corpus_->numbers(evaluated.split)[at]);
    ordered.answers.push_back(value);
  }
  return ordered;
}

train::Metrics LabelTask::figures(const train::Evaluated& evaluated) {
  train::Metrics figures = {{"loss", evaluated.score.loss()}};
  for (auto& figure : label_figures(answers_of(evaluated))) figures.push_back(std::move(figure));
  return figures;
}

train::DecidingFigure LabelTask::deciding_figure() const {
  if (corpus_->glue()) return {labelled::glue_metric_name(corpus_->glue()->metrics.front()), true};
  return {corpus_->has_classes() ? "accuracy" : "spearman", true};
}

}  // namespace roformer::task
