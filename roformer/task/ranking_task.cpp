#include "roformer/task/ranking_task.h"

#include "roformer/metric/ranking_score.h"
#include "roformer/task/labelled_kind.h"

namespace roformer::task {
namespace {

using labelled::ExampleBatch;
using torch::Tensor;

// Rows of a batch, by their places in it: the better and the worse of each pair of a query.
struct RankedPairs {
  std::vector<std::int64_t> better, worse;
};

// Calls visit(first row's place in the batch, grades of the query's rows) for each query.
template <typename Visit>
void for_each_query(const labelled::RankingCorpus& corpus, const ExampleBatch& batch,
                    const Visit& visit) {
  std::int64_t place = 0;
  for (const std::int64_t example : batch.examples) {
    const labelled::RowRange rows = corpus.part(batch.split).rows_of(example);
    visit(place, std::span(corpus.grades(batch.split))
                     .subspan(static_cast<std::size_t>(rows.begin),
                              static_cast<std::size_t>(rows.size())));
    place += rows.size();
  }
}

RankedPairs ranked_pairs(const labelled::RankingCorpus& corpus, const ExampleBatch& batch) {
  RankedPairs pairs;
  for_each_query(corpus, batch, [&](std::int64_t place, std::span<const double> grades) {
    for (std::int64_t i = 0; i < std::ssize(grades); ++i) {
      for (std::int64_t j = 0; j < std::ssize(grades); ++j) {
        if (grades[static_cast<std::size_t>(i)] <= grades[static_cast<std::size_t>(j)]) continue;
        pairs.better.push_back(place + i);
        pairs.worse.push_back(place + j);
      }
    }
  });
  return pairs;
}

}  // namespace

const Kind& ranking_kind() {
  static const LabelledKind<RankingTask> kind("ranking", labelled::LabelUse::ranking);
  return kind;
}

RankingTask::RankingTask(const Recipe& recipe,
                         std::shared_ptr<const labelled::RankingCorpus> corpus,
                         std::shared_ptr<head::LabelHead> model, torch::Device device)
    : LabelledTask(recipe, corpus, head::sequence_classifier(), std::move(model), device),
      corpus_(std::move(corpus)) {}

std::shared_ptr<head::LabelHead> RankingTask::draw(const Recipe& recipe,
                                                   const labelled::RankingCorpus& corpus) {
  return draw_label_model(recipe, corpus.tokenizer(), head::sequence_classifier(),
                          [](model::HeadConfig& head) {
                            head.labels.clear();
                            head.num_labels = 1;
                            head.problem_type.clear();
                          });
}

std::shared_ptr<head::LabelHead> RankingTask::load(const Recipe& recipe,
                                                   const labelled::RankingCorpus& /*corpus*/,
                                                   const std::filesystem::path& folder) {
  return load_label_model(recipe, head::sequence_classifier(), {}, 1, folder);
}

train::LossSum RankingTask::loss_of(const ExampleBatch& examples,
                                    const model::ForwardOptions& options) {
  const Tensor scores = row_logits(examples, options).flatten();
  const RankedPairs pairs = ranked_pairs(*corpus_, examples);
  const Tensor lead = scores.index_select(0, on_device(pairs.better)) -
                      scores.index_select(0, on_device(pairs.worse));
  train::LossSum sum;
  sum.targets = lead.size(0);
  sum.tokens = std::ssize(examples.batch.tokens);
  sum.loss = -at::log_sigmoid(lead).sum();
  sum.correct = lead.gt(0).sum().item<std::int64_t>();
  sum.negative_log_likelihood = sum.loss.item<double>();
  sum.outputs = kept(scores);
  return sum;
}

train::Metrics RankingTask::figures(const train::Evaluated& evaluated) {
  metric::RankingScore score;
  const auto batches = evaluated_batches(evaluated.split);
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const auto scores = numbers_of(evaluated.outputs[i]);
    for_each_query(*corpus_, batches[i], [&](std::int64_t place, std::span<const double> grades) {
      score.add(grades, std::span(scores).subspan(static_cast<std::size_t>(place), grades.size()));
    });
  }
  return {{"loss", evaluated.score.loss()},
          {"pair_accuracy", score.pair_accuracy()},
          {"mean_reciprocal_rank", score.mean_reciprocal_rank()}};
}

}  // namespace roformer::task
