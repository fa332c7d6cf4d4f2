#include "roformer/study/case_matching.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/task/ranking_task.h"
#include "roformer/task/text_material.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/run_folder.h"
#include "roformer/train/trainer.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCaseRecipe = "paper/table5";

task::Recipe read_case_recipe(const StudyOptions& options, std::vector<std::string> more) {
  std::vector<std::string> changes = options.changes;
  changes.insert(changes.end(), more.begin(), more.end());
  return task::read_recipe(task::find_recipe(recipe_name(kCaseRecipe, options.scale)), changes);
}

const labelled::LabelledOptions& triplet_options(const task::Recipe& recipe) {
  return task::options_of<labelled::LabelledOptions>(recipe);
}

void add_shared(const labelled::SharedTexts& of_rotation, labelled::SharedTexts& sums) {
  sums.distinct += of_rotation.distinct;
  sums.shared += of_rotation.shared;
}

}  // namespace

std::vector<double> CaseAnswers::by_triplet() const {
  std::vector<double> means(right.front().size());
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (const auto& of_seed : right) means[i] += of_seed[i];
    means[i] /= static_cast<double>(right.size());
  }
  return means;
}

std::vector<double> CaseAnswers::by_seed() const {
  std::vector<double> means;
  for (const auto& of_seed : right) means.push_back(metric::mean_of(of_seed));
  return means;
}

CaseMatching::CaseMatching(StudyOptions options) : options_(std::move(options)) {
  const task::Recipe recipe = read_case_recipe(options_, {});
  base::require(recipe.task == "ranking" && triplet_options(recipe).folds > 0,
                "[study] {}: expected task.kind = \"ranking\" with data.folds but got {}",
                recipe.path.string(), recipe.task);
  rotations_ = triplet_options(recipe).folds;
  first_rate_ = recipe.training.learning_rate;
  for (std::int64_t rotation = 0; rotation < rotations_; ++rotation) {
    labelled::LabelledOptions own = triplet_options(recipe);
    own.fold = rotation;
    const auto parts = labelled::open_queries(own);
    const auto& test = parts.of(data::Split::test);
    labelled::QueryText others = parts.of(data::Split::training);
    add_shared(labelled::shared_texts(test, others), learned_);
    const auto& validation = parts.of(data::Split::validation).queries;
    others.queries.insert(others.queries.end(), validation.begin(), validation.end());
    add_shared(labelled::shared_texts(test, others), seen_);
    for (const labelled::Query& query : test.queries) {
      if (query.is_level()) continue;
      triplets_.push_back(query);
      first_texts_.push_back(base::hash_bytes(query.text));
    }
  }
}

std::vector<double> CaseMatching::rates() const {
  constexpr double step = 3;
  return {first_rate_, step * first_rate_};
}

void CaseMatching::expect_readers(std::int64_t readers) {
  runs_ = readers * rotations_ * (std::ssize(rates()) + options_.seeds - 1);
}

task::Recipe CaseMatching::recipe(const CaseReader& reader, std::int64_t rotation, double rate,
                                  std::int64_t seed, std::int64_t max_length) const {
  task::Recipe recipe = read_case_recipe(
      options_,
      {fmt::format("model.checkpoint={}", fs::absolute(reader.checkpoint).string()),
       fmt::format("data.fold={}", rotation), fmt::format("data.max_length={}", max_length),
       fmt::format("optimizer.learning_rate={}", format_rate(rate)),
       fmt::format("run.seed={}", seed)});
  recipe.training.title = fmt::format("{}, rotation {}", reader.name, rotation);
  return recipe;
}

fs::path CaseMatching::folder(const CaseReader& reader, std::int64_t rotation, double rate,
                              std::int64_t seed) const {
  return options_.out / reader.name /
         fmt::format("rotation{}-rate{}-seed{}", rotation, format_rate(rate), seed);
}

int CaseMatching::run(const CaseReader& reader, const task::Material& material,
                      std::int64_t rotation, double rate, std::int64_t seed) {
  spdlog::info("table5: {}, run {} of {}", reader.name, ++run_, runs_);
  train::RunFolder out(folder(reader, rotation, rate, seed), /*resume=*/true);
  return task::run_training(recipe(reader, rotation, rate, seed, reader.max_length), material, out,
                            torch::Device(options_.device))
      .signal;
}

int CaseMatching::tune(const CaseReader& reader, const task::Material& material,
                       std::int64_t rotation, double& rate) {
  double best = -1;
  for (const double one : rates()) {
    try {
      if (const int signal = run(reader, material, rotation, one, 0); signal != 0) return signal;
    } catch (const train::DivergedError& error) {
      spdlog::warn("{}: {}; the rate is out", reader.name, error.what());
      continue;
    }
    const double right =
        train::last_evaluated(folder(reader, rotation, one, 0) / "metrics.jsonl", "pair_accuracy");
    if (right <= best) continue;
    best = right;
    rate = one;
  }
  base::require(best >= 0, "[study] {}: expected a learning rate with which it learns but got none",
                reader.name);
  return 0;
}

std::vector<double> CaseMatching::answers_of(const CaseReader& reader,
                                             const task::Material& material, std::int64_t rotation,
                                             double rate, std::int64_t seed) const {
  const auto& text = *task::text_of<task::RankingTask>(material);
  const auto task =
      material.load_task(recipe(reader, rotation, rate, seed, text.options().max_length),
                         folder(reader, rotation, rate, seed), torch::Device(options_.device));
  const auto& ranking = dynamic_cast<const task::RankingTask&>(*task);
  return ranking.answers_of(train::evaluated_part(*task, data::Split::test)).right;
}

double CaseMatching::seconds_of(const CaseReader& reader, std::int64_t rotation,
                                double chosen) const {
  const auto of_run = [&](double rate, std::int64_t seed) {
    return train::training_seconds(folder(reader, rotation, rate, seed) / "metrics.jsonl");
  };
  double seconds = 0;
  for (const double rate : rates()) seconds += of_run(rate, 0);
  for (std::int64_t seed = 1; seed < options_.seeds; ++seed) seconds += of_run(chosen, seed);
  return seconds;
}

int CaseMatching::train(const CaseReader& reader, CaseAnswers& answers) {
  answers.right.resize(static_cast<std::size_t>(options_.seeds));
  std::int64_t rows = 0, cut = 0;
  for (std::int64_t rotation = 0; rotation < rotations_; ++rotation) {
    const auto material = task::open_material(
        recipe(reader, rotation, first_rate_, 0, reader.max_length), reader.checkpoint);
    const auto& text = *task::text_of<task::RankingTask>(*material);
    rows += text.rows();
    cut += text.cut_rows();
    double rate = 0;
    if (const int signal = tune(reader, *material, rotation, rate); signal != 0) return signal;
    answers.rates.push_back(rate);
    for (std::int64_t seed = 0; seed < options_.seeds; ++seed) {
      if (seed > 0) {
        const int signal = run(reader, *material, rotation, rate, seed);
        if (signal != 0) return signal;
      }
      for (const double right : answers_of(reader, *material, rotation, rate, seed))
        answers.right[static_cast<std::size_t>(seed)].push_back(right);
    }
    answers.training_seconds += seconds_of(reader, rotation, rate);
  }
  answers.cut_share = static_cast<double>(cut) / static_cast<double>(rows);
  return 0;
}

std::vector<double> CaseMatching::right_at(const CaseReader& reader, const CaseAnswers& answers,
                                           std::int64_t max_length) const {
  std::vector<double> right;
  for (std::int64_t rotation = 0; rotation < rotations_; ++rotation) {
    const double rate = answers.rates.at(static_cast<std::size_t>(rotation));
    const auto material =
        task::open_material(recipe(reader, rotation, rate, 0, max_length), reader.checkpoint);
    for (const double one : answers_of(reader, *material, rotation, rate, 0)) right.push_back(one);
  }
  return right;
}

}  // namespace roformer::study
