// Classification and regression of texts and pairs of texts, learned from labelled rows (section 4.3
// of the paper; Devlin et al. 2019, section 4.1): [CLS] of each row through a head.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "roformer/head/label_head.h"
#include "roformer/labelled/labelled_source.h"
#include "roformer/task/model_task.h"

namespace roformer::task {

class LabelTask final
    : public ModelTask<std::shared_ptr<head::LabelHead>, labelled::LabelledBatch> {
 public:
  using Text = labelled::LabelledCorpus;

  /// Throws Error if nothing is held out to watch the training by, or the model has fewer words
  /// than the vocabulary.
  LabelTask(const Recipe& recipe, std::shared_ptr<const labelled::LabelledCorpus> corpus,
            std::shared_ptr<head::LabelHead> model, torch::Device device = torch::kCPU);

  /// A head for the text's labels, drawn, on the recipe's model or that of recipe.checkpoint.
  static std::shared_ptr<head::LabelHead> draw(const Recipe& recipe,
                                               const labelled::LabelledCorpus& corpus);
  /// Throws Error where the folder has no such head, or one of other labels.
  static std::shared_ptr<head::LabelHead> load(const Recipe& recipe,
                                               const labelled::LabelledCorpus& corpus,
                                               const std::filesystem::path& folder);

  void begin_update(std::int64_t update, std::uint64_t seed) override {
    model()->encoder()->begin_update(update, seed);
  }
  /// Of classes "loss" (nats a row), "accuracy", "f1" (of two classes that of the second, else the
  /// mean over the classes), "matthews_correlation"; of numbers "loss" (the mean squared error),
  /// "pearson" and "spearman", which are 0 where all answers are alike.
  train::Metrics figures(const train::Evaluated& evaluated) override;
  /// GLUE's first metric of the task, else accuracy or Spearman's correlation: the larger the
  /// better.
  double to_minimise(const train::Metrics& figures) const override;
  void save_model(const std::filesystem::path& folder) override;
  void load_model(const std::filesystem::path& folder) override;
  std::string epoch() const override;
  double batches_in_epoch(const data::Stage& stage) const override;

 private:
  labelled::LabelledBatch training_batch(const data::BatchRequest& request) const override {
    return source_.batch(request);
  }
  std::vector<labelled::LabelledBatch> held_out_batches(data::Split split) const override;
  train::LossSum loss_of(const labelled::LabelledBatch& batch,
                         const model::ForwardOptions& options) override;
  const labelled::LabelledCorpus& corpus() const { return source_.corpus(); }
  void require_rows(data::Split split) const;
  std::vector<std::vector<std::int64_t>> held_out_rows(data::Split split) const;

  labelled::LabelledSource source_;
};

}  // namespace roformer::task
