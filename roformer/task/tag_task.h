// Classification of words, as of named entities (Devlin et al. 2019, section 5.3): the first piece
// of each word through a head; the other pieces have no label.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "roformer/labelled/tag_corpus.h"
#include "roformer/task/labelled_task.h"

namespace roformer::task {

class TagTask final : public LabelledTask {
 public:
  using Text = labelled::TagCorpus;

  /// Throws Error as LabelledTask does.
  TagTask(const Recipe& recipe, std::shared_ptr<const labelled::TagCorpus> corpus,
          std::shared_ptr<head::LabelHead> model, torch::Device device = torch::kCPU);

  /// A head for the text's tags.
  static std::shared_ptr<head::LabelHead> draw(const Recipe& recipe,
                                               const labelled::TagCorpus& corpus);
  static std::shared_ptr<head::LabelHead> load(const Recipe& recipe,
                                               const labelled::TagCorpus& corpus,
                                               const std::filesystem::path& folder);

  /// "loss" (nats a word that has a piece), "accuracy" of all words; of entities' tags "precision",
  /// "recall" and "f1" over all entities of whole sentences, of others "f1", the mean over tags.
  train::Metrics figures(const train::Evaluated& evaluated) override;
  train::DecidingFigure deciding_figure() const override { return {"f1", true}; }

 private:
  train::LossSum loss_of(const labelled::ExampleBatch& batch,
                         const model::ForwardOptions& options) override;

  std::shared_ptr<const labelled::TagCorpus> corpus_;
  torch::Tensor class_weights_;  // (tags) float32; undefined: all alike
};

}  // namespace roformer::task
