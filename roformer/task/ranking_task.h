// Ranking: of the texts beside one query the better gets the larger number, learned from pairs of
// them (Burges et al. 2005, "Learning to rank using gradient descent").
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "roformer/labelled/ranking_corpus.h"
#include "roformer/task/labelled_task.h"

namespace roformer::task {

/// What a model says of the queries of a part, in their order.
struct RankingAnswers {
  std::vector<std::uint64_t> queries;  // labelled::RankingCorpus::queries
  std::vector<double> right;           // share of a query's pairs whose better text is ahead
};

class RankingTask final : public LabelledTask {
 public:
  using Text = labelled::RankingCorpus;

  /// Throws Error as LabelledTask does.
  RankingTask(const Recipe& recipe, std::shared_ptr<const labelled::RankingCorpus> corpus,
              std::shared_ptr<head::LabelHead> model, torch::Device device = torch::kCPU);

  /// A head of one number, as cross-encoders have, or a scorer of means: task.pooling.
  static std::shared_ptr<head::LabelHead> draw(const Recipe& recipe,
                                               const labelled::RankingCorpus& corpus);
  static std::shared_ptr<head::LabelHead> load(const Recipe& recipe,
                                               const labelled::RankingCorpus& corpus,
                                               const std::filesystem::path& folder);

  /// "loss" (nats a pair: −log σ of the difference; or a row: binary cross entropy), "pair_accuracy", "mean_reciprocal_rank"
  /// (metric/ranking_score.h).
  train::Metrics figures(const train::Evaluated& evaluated) override;
  /// Of a whole part: throws Error where only a sample of it was evaluated.
  RankingAnswers answers_of(const train::Evaluated& evaluated) const;
  train::DecidingFigure deciding_figure() const override { return {"pair_accuracy", true}; }

 private:
  train::LossSum loss_of(const labelled::ExampleBatch& batch,
                         const model::ForwardOptions& options) override;
  torch::Tensor grades_of(const labelled::ExampleBatch& batch) const;

  std::shared_ptr<const labelled::RankingCorpus> corpus_;
};

}  // namespace roformer::task
