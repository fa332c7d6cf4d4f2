#include "roformer/study/paired_runs.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/study/seed_series.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"
#include "roformer/train/training_report.h"

namespace roformer::study {

namespace fs = std::filesystem;

void require_free_keys(const std::vector<std::string>& changes,
                       const std::vector<std::string>& keys) {
  for (const auto& change : changes) {
    for (const auto& key : keys)
      base::require(!change.starts_with(key + "="),
                    "[study] expected no --set {}, which the study sets itself, but got '{}'", key,
                    change);
  }
}

void require_same_data(const train::FlatRecipe& a, const train::FlatRecipe& b) {
  const auto differs = train::first_difference(a, b, [](const std::string& key) {
    return key.starts_with("data.") || key.starts_with("stage.") || key == "run.seed";
  });
  if (differs)
    base::fail("[study] expected the same {} in both recipes but got {} and {}", differs->key,
               differs->first, differs->second);
}

PairedRuns::PairedRuns(std::string study, Side first, Side second, StudyOptions options)
    : study_(std::move(study)),
      first_(std::move(first)),
      second_(std::move(second)),
      options_(std::move(options)),
      recipe_(recipe_of(first_, 0)) {
  require_free_keys(options_.changes, {"model.position_encoding"});
  if (options_.seeds > 1) require_free_keys(options_.changes, {"run.seed"});
  require_same_data(recipe_.training.recipe, recipe_of(second_, 0).training.recipe);
}

task::Recipe PairedRuns::recipe_of(const Side& side, std::int64_t seed) const {
  auto changes = options_.changes;
  if (options_.seeds > 1 || seed > 0) changes.push_back(fmt::format("run.seed={}", seed));
  const std::string name = fmt::format("paper/{}-{}{}", study_, side.key,
                                       options_.scale == "paper" ? "" : "-" + options_.scale);
  task::Recipe recipe = task::read_recipe(task::find_recipe(name), changes);
  recipe.training.title = side.name;
  if (options_.seeds > 1) recipe.training.title += fmt::format(" seed {}", seed);
  return recipe;
}

int PairedRuns::train(const task::Material& material) const {
  for (std::int64_t seed = 0; seed < options_.seeds; ++seed) {
    for (const Side& side : {first_, second_}) {
      train::RunFolder folder(runs(side).at(static_cast<std::size_t>(seed)), /*resume=*/true);
      const auto outcome = task::run_training(recipe_of(side, seed), material, folder,
                                              torch::Device(options_.device));
      if (outcome.signal != 0) return outcome.signal;
    }
  }
  return 0;
}

std::vector<fs::path> PairedRuns::runs(const Side& side) const {
  std::vector<fs::path> paths;
  for (std::int64_t seed = 0; seed < options_.seeds; ++seed) {
    paths.push_back(options_.out /
                    (seed == 0 ? side.key : fmt::format("{}-seed{}", side.key, seed)));
  }
  return paths;
}

LearningCurve PairedRuns::curve(const Side& side, const LossUnit& unit) const {
  return mean_curve(side.name, runs(side), unit);
}

report::LineChart PairedRuns::chart(const std::string& title, const std::string& kind,
                                    const LossUnit& unit, const std::string& metric) const {
  report::LineChart chart{title, "step", unit.description, {}};
  chart.band_title = band_title(options_.seeds);
  for (const Side& side : {first_, second_}) {
    std::vector<report::Series> of_seeds;
    for (const auto& run : runs(side)) {
      of_seeds.push_back(train::metric_series(run / "metrics.jsonl", kind, metric, side.name));
      for (double& y : of_seeds.back().y) y *= unit.scale;
    }
    chart.series.push_back(mean_over_seeds(side.name, of_seeds));
  }
  return chart;
}

ReportSources PairedRuns::sources() const {
  ReportSources sources{reproduce_command(study_, options_), {}};
  for (const Side& side : {first_, second_}) {
    const auto folders = runs(side);
    for (std::size_t seed = 0; seed < folders.size(); ++seed)
      sources.runs.push_back(
          {options_.seeds > 1 ? fmt::format("{} seed {}", side.name, seed) : side.name,
           folders[seed].filename()});
  }
  return sources;
}

std::vector<std::pair<std::string, std::string>> PairedRuns::recipe_texts() const {
  return {{first_.name, recipe_.resolved.to_toml()},
          {second_.name, recipe_of(second_, 0).resolved.to_toml()}};
}

void PairedRuns::write_report(report::Page& page) const {
  add_sources(page, sources());
  for (const auto& [name, recipe] : recipe_texts()) page.section("Recipe: " + name).code(recipe);
  report::write_html(report_path(), page);
}

}  // namespace roformer::study
