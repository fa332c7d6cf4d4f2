#include "roformer/task/choice_task.h"

#include "roformer/base/error.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/task/labelled_kind.h"

namespace roformer::task {
namespace {

using labelled::ExampleBatch;
using torch::Tensor;

// Whether the head looks at [CLS], whatever the other rows' lengths are.
void require_first(const checkpoint::CheckpointConfig& config,
                   const std::filesystem::path& folder) {
  const bool has_head =
      config.architecture == head::class_name(head::multiple_choice(), config.encoder.model_type);
  base::require(!has_head || head::chooses_by_first(config.encoder.model_type, config.head),
                "[task] {}: expected summary_type \"first\" but got \"{}\", which reads padding "
                "and hangs on the other rows of a batch",
                folder.string(), config.head.summary.type);
}

}  // namespace

const Kind& multiple_choice_kind() {
  static const LabelledKind<ChoiceTask> kind("multiple_choice", labelled::LabelUse::choices);
  return kind;
}

ChoiceTask::ChoiceTask(const Recipe& recipe, std::shared_ptr<const labelled::ChoiceCorpus> corpus,
                       std::shared_ptr<head::LabelHead> model, torch::Device device)
    : LabelledTask(recipe, corpus, head::multiple_choice(), std::move(model), device),
      corpus_(std::move(corpus)) {}

std::shared_ptr<head::LabelHead> ChoiceTask::draw(const Recipe& recipe,
                                                  const labelled::ChoiceCorpus& corpus) {
  if (!recipe.checkpoint.empty())
    require_first(checkpoint::Folder(recipe.checkpoint).config(), recipe.checkpoint);
  return draw_label_model(recipe, corpus.tokenizer(), head::multiple_choice(),
                          [](model::HeadConfig& head) { head.summary.type = "first"; });
}

std::shared_ptr<head::LabelHead> ChoiceTask::load(const Recipe& recipe,
                                                  const labelled::ChoiceCorpus& /*corpus*/,
                                                  const std::filesystem::path& folder) {
  require_first(checkpoint::Folder(folder).config(), folder);
  return load_label_model(recipe, head::multiple_choice(), {}, 0, folder);
}

train::LossSum ChoiceTask::loss_of(const ExampleBatch& examples,
                                   const model::ForwardOptions& options) {
  const Tensor logits = row_logits(examples, options).view({-1, corpus_->num_choices()});
  std::vector<std::int64_t> right;
  for (const std::int64_t example : examples.examples)
    right.push_back(corpus_->right(examples.split)[static_cast<std::size_t>(example)]);
  const Tensor classes = on_device(right);
  train::LossSum sum;
  sum.targets = logits.size(0);
  sum.tokens = std::ssize(examples.batch.tokens);
  sum.loss = at::cross_entropy_loss(logits, classes, {}, at::Reduction::Sum);
  sum.correct = logits.argmax(1).eq(classes).sum().item<std::int64_t>();
  sum.negative_log_likelihood = sum.loss.item<double>();
  return sum;
}

train::Metrics ChoiceTask::figures(const train::Evaluated& evaluated) {
  return {{"loss", evaluated.score.loss()}, {"accuracy", evaluated.score.accuracy()}};
}

}  // namespace roformer::task
