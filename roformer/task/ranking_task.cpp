#include "roformer/task/ranking_task.h"

#include "roformer/base/error.h"
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

// What scores a row.
head::Description head_of(const labelled::RankingCorpus& corpus) {
  return corpus.options().ranking.pooling == "mean" ? head::pair_scorer()
                                                    : head::sequence_classifier();
}

// Binary cross entropy has no other.
void require_binary(const labelled::RankingCorpus& corpus) {
  if (corpus.options().ranking.loss != "each") return;
  for (const data::Split split : labelled::all_parts) {
    for (const double grade : corpus.grades(split))
      base::require(grade == 0 || grade == 1,
                    "[task] expected grades of 0 and 1 for task.loss = \"each\" but got {}", grade);
  }
}

}  // namespace

const Kind& ranking_kind() {
  static const LabelledKind<RankingTask> kind("ranking", labelled::LabelUse::ranking);
  return kind;
}

RankingTask::RankingTask(const Recipe& recipe,
                         std::shared_ptr<const labelled::RankingCorpus> corpus,
                         std::shared_ptr<head::LabelHead> model, torch::Device device)
    : LabelledTask(recipe, corpus, head_of(*corpus), std::move(model), device),
      corpus_(std::move(corpus)) {
  require_binary(*corpus_);
}

std::shared_ptr<head::LabelHead> RankingTask::draw(const Recipe& recipe,
                                                   const labelled::RankingCorpus& corpus) {
  return draw_label_model(recipe, corpus.tokenizer(), head_of(corpus), [](model::HeadConfig& head) {
    head.labels.clear();
    head.num_labels = 1;
    head.problem_type.clear();
  });
}

std::shared_ptr<head::LabelHead> RankingTask::load(const Recipe& recipe,
                                                   const labelled::RankingCorpus& corpus,
                                                   const std::filesystem::path& folder) {
  return load_label_model(recipe, head_of(corpus), {}, 1, folder);
}

train::LossSum RankingTask::loss_of(const ExampleBatch& examples,
                                    const model::ForwardOptions& options) {
  const Tensor scores = row_logits(examples, options).flatten();
  const RankedPairs pairs = ranked_pairs(*corpus_, examples);
  const Tensor lead = scores.index_select(0, on_device(pairs.better)) -
                      scores.index_select(0, on_device(pairs.worse));
  train::LossSum sum;
  sum.tokens = std::ssize(examples.batch.tokens);
  if (corpus_->options().ranking.loss == "each") {
    const Tensor grades = grades_of(examples);
    sum.targets = scores.size(0);
    sum.loss = at::binary_cross_entropy_with_logits(scores, grades, {}, {}, at::Reduction::Sum);
    sum.correct = scores.gt(0).eq(grades.gt(0)).sum().item<std::int64_t>();
  } else {
    sum.targets = lead.size(0);
    sum.loss = -at::log_sigmoid(lead).sum();
    sum.correct = lead.gt(0).sum().item<std::int64_t>();
  }
  sum.negative_log_likelihood = sum.loss.item<double>();
  sum.outputs = kept(scores);
  return sum;
}

Tensor RankingTask::grades_of(const ExampleBatch& examples) const {
  std::vector<float> grades;
  for (const std::int64_t row : examples.rows)
    grades.push_back(
        static_cast<float>(corpus_->grades(examples.split)[static_cast<std::size_t>(row)]));
  return torch::tensor(grades).to(device());
}

RankingAnswers RankingTask::answers_of(const train::Evaluated& evaluated) const {
  RankingAnswers answers;
  answers.queries = corpus_->queries(evaluated.split);
  answers.right.resize(answers.queries.size());
  const auto batches = evaluated_batches(evaluated.split);
  std::size_t answered = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    answered += batches[i].examples.size();
    const auto scores = numbers_of(evaluated.outputs[i]);
    std::size_t example = 0;
    for_each_query(*corpus_, batches[i], [&](std::int64_t place, std::span<const double> grades) {
      metric::RankingScore score;
      score.add(grades, std::span(scores).subspan(static_cast<std::size_t>(place), grades.size()));
      answers.right[static_cast<std::size_t>(batches[i].examples[example++])] =
          score.pair_accuracy();
    });
  }
  base::require(answered == answers.queries.size(),
                "[task] expected answers to all {} queries but got {}", answers.queries.size(),
                answered);
  return answers;
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
