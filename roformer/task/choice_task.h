// Multiple choice (Zellers et al. 2018, "SWAG"; Devlin et al. 2019, section 4.4): each choice is a
// row with what it goes on from, one number each, a softmax over those of a question.
#pragma once
#include <memory>
#include <string>

#include "roformer/labelled/choice_corpus.h"
#include "roformer/task/labelled_task.h"

namespace roformer::task {

class ChoiceTask final : public LabelledTask {
 public:
  using Text = labelled::ChoiceCorpus;

  /// Throws Error as LabelledTask does.
  ChoiceTask(const Recipe& recipe, std::shared_ptr<const labelled::ChoiceCorpus> corpus,
             std::shared_ptr<head::LabelHead> model, torch::Device device = torch::kCPU);

  /// RoFormer's reads [CLS] (summary_type "first"): transformers' default reads the last column of
  /// a padded row, often [PAD], and a folder that was trained so is refused.
  static std::shared_ptr<head::LabelHead> draw(const Recipe& recipe,
                                               const labelled::ChoiceCorpus& corpus);
  static std::shared_ptr<head::LabelHead> load(const Recipe& recipe,
                                               const labelled::ChoiceCorpus& corpus,
                                               const std::filesystem::path& folder);

  /// "loss" (nats a question), "accuracy".
  train::Metrics figures(const train::Evaluated& evaluated) override;
  train::DecidingFigure deciding_figure() const override { return {"accuracy", true}; }

 private:
  train::LossSum loss_of(const labelled::ExampleBatch& batch,
                         const model::ForwardOptions& options) override;

  std::shared_ptr<const labelled::ChoiceCorpus> corpus_;
};

}  // namespace roformer::task
