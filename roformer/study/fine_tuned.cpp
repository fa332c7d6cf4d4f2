#include "roformer/study/fine_tuned.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/study/tuning.h"
#include "roformer/task/label_task.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/run_folder.h"
#include "roformer/train/trainer.h"

namespace roformer::study {

namespace fs = std::filesystem;

std::vector<double> rates_from(double first) {
  return {first, 1.5 * first, 2 * first, 2.5 * first};
}

double RateFigures::mean() const {
  return metric::mean_of(by_seed);
}

task::Recipe fine_tuning_recipe(const FineTuning& what, const StudyOptions& options, double rate,
                                std::int64_t seed) {
  std::vector<std::string> changes = options.changes;
  changes.insert(changes.end(), what.changes.begin(), what.changes.end());
  changes.push_back(fmt::format("model.checkpoint={}", what.checkpoint.string()));
  if (rate > 0) changes.push_back(fmt::format("optimizer.learning_rate={}", format_rate(rate)));
  changes.push_back(fmt::format("run.seed={}", seed));
  return task::read_recipe(task::find_recipe(recipe_name(what.recipe, options.scale)), changes);
}

fs::path fine_tuning_folder(const FineTuning& what, double rate, std::int64_t seed) {
  return what.out / fmt::format("rate{}-seed{}", format_rate(rate), seed);
}

int fine_tune(const FineTuning& what, const StudyOptions& options, const task::Material& material,
              FineTuningProgress& progress) {
  const double first = fine_tuning_recipe(what, options, 0, 0).training.learning_rate;
  for (const double rate : rates_from(first)) {
    for (std::int64_t seed = 0; seed < options.seeds; ++seed) {
      spdlog::info("table2: run {} of {}", ++progress.run, progress.runs);
      const fs::path path = fine_tuning_folder(what, rate, seed);
      train::RunFolder folder(path, /*resume=*/true);
      try {
        const auto outcome = task::run_training(fine_tuning_recipe(what, options, rate, seed),
                                                material, folder, torch::Device(options.device));
        if (outcome.signal != 0) return outcome.signal;
      } catch (const train::DivergedError& error) {
        spdlog::warn("{}: {}; the rate is out", path.string(), error.what());
        progress.diverged.insert(path);
      }
    }
  }
  return 0;
}

void answer_test(const FineTuning& what, const StudyOptions& options,
                 const task::Material& material, const std::string& figure, FineTuned& tuned) {
  tuned.test.clear();
  tuned.test_figures.clear();
  const double rate = tuned.best().rate;
  for (std::int64_t seed = 0; seed < options.seeds; ++seed) {
    const auto task =
        material.load_task(fine_tuning_recipe(what, options, rate, seed),
                           fine_tuning_folder(what, rate, seed), torch::Device(options.device));
    const auto& labels = dynamic_cast<const task::LabelTask&>(*task);
    tuned.test.push_back(labels.answers_of(train::evaluated_part(*task, data::Split::test)));
    tuned.test_figures.push_back(task::figure_of(task::label_figures(tuned.test.back()), figure));
  }
}

FineTuned look_at(const FineTuning& what, const StudyOptions& options,
                  const task::Material& material, const std::string& figure,
                  const FineTuningProgress& progress) {
  FineTuned tuned;
  tuned.text = material.summary();
  const double first = fine_tuning_recipe(what, options, 0, 0).training.learning_rate;
  for (const double rate : rates_from(first)) {
    tuned.rates.push_back({rate, {}});
    for (std::int64_t seed = 0; seed < options.seeds; ++seed) {
      const fs::path run = fine_tuning_folder(what, rate, seed);
      tuned.rates.back().by_seed.push_back(
          progress.diverged.contains(run) ? std::numeric_limits<double>::quiet_NaN()
                                          : train::last_evaluated(run / "metrics.jsonl", figure));
      tuned.training_seconds += train::training_seconds(run / "metrics.jsonl");
    }
  }
  const auto best = std::max_element(
      tuned.rates.begin(), tuned.rates.end(), [](const RateFigures& a, const RateFigures& b) {
        return std::isnan(a.mean()) ? !std::isnan(b.mean()) : a.mean() < b.mean();
      });
  base::require(!std::isnan(best->mean()),
                "[study] {}: expected a learning rate with which all seeds learn but got none",
                what.out.string());
  tuned.chosen = static_cast<std::size_t>(best - tuned.rates.begin());
  answer_test(what, options, material, figure, tuned);
  return tuned;
}

}  // namespace roformer::study
