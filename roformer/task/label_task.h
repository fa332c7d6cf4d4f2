// Classification and regression of texts and pairs of texts, learned from labelled rows (section 4.3
// of the paper; Devlin et al. 2019, section 4.1): [CLS] of each row through a head.
#pragma once
#include <memory>
#include <string>

#include "roformer/labelled/labelled_corpus.h"
#include "roformer/task/label_figures.h"
#include "roformer/task/labelled_task.h"

namespace roformer::task {

class LabelTask final : public LabelledTask {
 public:
  using Text = labelled::LabelledCorpus;

  /// Throws Error as LabelledTask does.
  LabelTask(const Recipe& recipe, std::shared_ptr<const labelled::LabelledCorpus> corpus,
            std::shared_ptr<head::LabelHead> model, torch::Device device = torch::kCPU);

  /// A head for the text's labels.
  static std::shared_ptr<head::LabelHead> draw(const Recipe& recipe,
                                               const labelled::LabelledCorpus& corpus);
  static std::shared_ptr<head::LabelHead> load(const Recipe& recipe,
                                               const labelled::LabelledCorpus& corpus,
                                               const std::filesystem::path& folder);

  bool counts_correct() const override { return corpus_->has_classes(); }
  /// "loss" (nats a row, of numbers the mean squared error) and label_figures.
  train::Metrics figures(const train::Evaluated& evaluated) override;
  /// What stands behind the figures, row by row.
  LabelAnswers answers_of(const train::Evaluated& evaluated) const;
  /// GLUE's first metric of the task, else accuracy or Spearman's correlation.
  train::DecidingFigure deciding_figure() const override;

 private:
  train::LossSum loss_of(const labelled::ExampleBatch& batch,
                         const model::ForwardOptions& options) override;

  std::shared_ptr<const labelled::LabelledCorpus> corpus_;
  torch::Tensor class_weights_;  // (classes) float32; undefined: all alike
};

}  // namespace roformer::task
