#include "roformer/study/arms.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/nearest_name.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/position/encoding_settings.h"
#include "roformer/study/seed_series.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/task.h"
#include "roformer/train/trainer.h"
#include "roformer/train/training_report.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRateKey = "optimizer.learning_rate";

// Those that were asked for, in the order of the study.
std::vector<Arm> chosen_arms(const std::vector<Arm>& all, const std::vector<std::string>& only) {
  std::vector<std::string> keys;
  for (const Arm& arm : all) keys.push_back(arm.key);
  for (const auto& name : only)
    base::require(
        std::find(keys.begin(), keys.end(), name) != keys.end(),
        "[study] expected --only to name models of the study but got \"{}\"{}: they are {}", name,
        base::did_you_mean(name, keys), fmt::join(keys, ", "));
  std::vector<Arm> chosen;
  for (const Arm& arm : all) {
    if (only.empty() || std::find(only.begin(), only.end(), arm.key) != only.end())
      chosen.push_back(arm);
  }
  return chosen;
}

std::string key_of(const std::string& change) {
  return change.substr(0, change.find('='));
}

// Whether section.key=value concerns the arm: an option of another position encoding does not.
bool is_for(const std::string& change, const Arm& arm) {
  constexpr std::string_view section = "model.", encoding = "model.position_encoding=";
  const std::string key = key_of(change);
  if (!key.starts_with(section)) return true;
  const auto readers = position::readers_of(key.substr(section.size()));
  for (const auto& own : arm.changes) {
    if (own.starts_with(encoding) && !readers.empty())
      return std::find(readers.begin(), readers.end(), own.substr(encoding.size())) !=
             readers.end();
  }
  return true;
}

}  // namespace

Arms::Arms(std::string study, std::vector<Arm> arms, StudyOptions options)
    : study_(std::move(study)), options_(std::move(options)) {
  arms_ = chosen_arms(arms, options_.only);
  require_free_keys(options_.changes, {"model.position_encoding"});
  if (options_.seeds > 1) require_free_keys(options_.changes, {"run.seed"});
  if (options_.tune) require_free_keys(options_.changes, {kRateKey});
  for (const Arm& arm : arms_) {
    for (const auto& change : arm.changes) require_free_keys(options_.changes, {key_of(change)});
  }
  recipe_ = recipe_of(arms_.front(), 0, 0);
  for (const Arm& arm : arms_)
    require_same_data(recipe_.training.recipe, recipe_of(arm, 0, 0).training.recipe);
}

const Arm* Arms::find(const std::string& key) const {
  const auto place =
      std::find_if(arms_.begin(), arms_.end(), [&](const Arm& arm) { return arm.key == key; });
  return place == arms_.end() ? nullptr : &*place;
}

// A rate of 0: the recipe's own.
task::Recipe Arms::recipe_of(const Arm& arm, std::int64_t seed, double rate,
                             const std::vector<std::string>& more) const {
  std::vector<std::string> changes;
  for (const auto& change : options_.changes) {
    if (is_for(change, arm)) changes.push_back(change);
  }
  changes.insert(changes.end(), arm.changes.begin(), arm.changes.end());
  if (rate > 0) changes.push_back(fmt::format("{}={}", kRateKey, format_rate(rate)));
  if (options_.seeds > 1 || seed > 0) changes.push_back(fmt::format("run.seed={}", seed));
  changes.insert(changes.end(), more.begin(), more.end());
  task::Recipe recipe =
      task::read_recipe(task::find_recipe(recipe_name(arm.recipe, options_.scale)), changes);
  recipe.training.title = arm.name;
  if (options_.seeds > 1) recipe.training.title += fmt::format(" seed {}", seed);
  if (rate > 0) recipe.training.title += fmt::format(", rate {}", format_rate(rate));
  return recipe;
}

task::Recipe Arms::recipe(const Arm& arm, std::int64_t seed,
                          const std::vector<std::string>& more) const {
  return recipe_of(arm, seed, tuning(arm) ? rate(arm) : 0, more);
}

fs::path Arms::folder_of(const Arm& arm, std::int64_t seed, double rate) const {
  std::string name = arm.key;
  if (rate > 0) name += fmt::format("-rate{}", format_rate(rate));
  if (seed > 0) name += fmt::format("-seed{}", seed);
  return options_.out / name;
}

double Arms::own_rate(const Arm& arm) const {
  return recipe_of(arm, 0, 0).training.learning_rate;
}

int Arms::train_one(const task::Material& material, const Arm& arm, std::int64_t seed,
                    double rate) {
  const auto arms = std::ssize(arms_);
  const auto rates = options_.tune ? std::ssize(rates_around(1)) : 1;
  spdlog::info("{}: run {} of {}", study_, ++run_, arms * (rates + options_.seeds - 1));
  train::RunFolder folder(folder_of(arm, seed, rate), /*resume=*/true);
  return task::run_training(recipe_of(arm, seed, rate), material, folder,
                            torch::Device(options_.device))
      .signal;
}

// The chosen run is the first seed's: all arms pay for as many runs.
int Arms::tune(const task::Material& material) {
  for (const Arm& arm : arms_) {
    std::vector<TriedRate> tried;
    for (const double rate : rates_around(own_rate(arm))) {
      try {
        if (const int signal = train_one(material, arm, 0, rate); signal != 0) return signal;
        tried.push_back({rate, final_losses({folder_of(arm, 0, rate)}).front()});
      } catch (const train::DivergedError& error) {
        spdlog::warn("{} at rate {}: {}; the rate is out", arm.name, format_rate(rate),
                     error.what());
        tried.push_back({rate, std::numeric_limits<double>::quiet_NaN()});
      }
    }
    tuning_[arm.key] = choose_rate(std::move(tried), arm.name);
  }
  return 0;
}

double Arms::training_seconds() const {
  std::set<fs::path> used;
  for (const Arm& arm : arms_) {
    for (const auto& run : runs(arm)) used.insert(run);
    const Tuning* tuned = tuning(arm);
    if (!tuned) continue;
    for (const TriedRate& tried : tuned->tried) used.insert(folder_of(arm, 0, tried.rate));
  }
  double seconds = 0;
  for (const fs::path& run : used) seconds += train::training_seconds(run / "metrics.jsonl");
  return seconds;
}

int Arms::train(const task::Material& material) {
  // What is reported must be there: an error now, not behind hours of training.
  material.make_task(recipe_, torch::Device(options_.device))->held_out(data::Split::test);
  if (options_.tune) {
    if (const int signal = tune(material); signal != 0) return signal;
  }
  for (std::int64_t seed = options_.tune ? 1 : 0; seed < options_.seeds; ++seed) {
    for (const Arm& arm : arms_) {
      const double chosen = options_.tune ? tuning_.at(arm.key).rate() : 0;
      if (const int signal = train_one(material, arm, seed, chosen); signal != 0) return signal;
    }
  }
  return 0;
}

const Tuning* Arms::tuning(const Arm& arm) const {
  const auto place = tuning_.find(arm.key);
  return place == tuning_.end() ? nullptr : &place->second;
}

double Arms::rate(const Arm& arm) const {
  const Tuning* tuned = tuning(arm);
  return tuned ? tuned->rate() : own_rate(arm);
}

std::vector<fs::path> Arms::runs(const Arm& arm) const {
  const Tuning* tuned = tuning(arm);
  std::vector<fs::path> paths;
  for (std::int64_t seed = 0; seed < options_.seeds; ++seed)
    paths.push_back(folder_of(arm, seed, tuned ? tuned->rate() : 0));
  return paths;
}

LearningCurve Arms::curve(const Arm& arm, const LossUnit& unit) const {
  return mean_curve(arm.name, runs(arm), unit);
}

report::LineChart Arms::chart(const std::string& title, const std::string& kind,
                              const LossUnit& unit, const std::string& metric) const {
  report::LineChart chart{title, "step", unit.description, {}};
  chart.band_title = band_title(options_.seeds);
  for (const Arm& arm : arms_) {
    std::vector<report::Series> of_seeds;
    for (const auto& run : runs(arm)) {
      of_seeds.push_back(train::metric_series(run / "metrics.jsonl", kind, metric, arm.name));
      for (double& y : of_seeds.back().y) y *= unit.scale;
    }
    chart.series.push_back(mean_over_seeds(arm.name, of_seeds));
  }
  return chart;
}

ArmLosses Arms::losses(const Arm& arm, const task::Material& material, const LossUnit& unit) const {
  const auto folders = runs(arm);
  ArmLosses losses{final_losses(folders, unit), {}};  // training ends with the validation part
  for (std::int64_t seed = 0; seed < options_.seeds; ++seed) {
    const auto task = material.load_task(recipe(arm, seed), folders[static_cast<std::size_t>(seed)],
                                         torch::Device(options_.device));
    losses.test.push_back(unit.scale * train::evaluate(*task, data::Split::test).front().second);
  }
  return losses;
}

ReportSources Arms::sources() const {
  ReportSources sources{reproduce_command(study_, options_), {}};
  for (const Arm& arm : arms_) {
    const auto folders = runs(arm);
    for (std::size_t seed = 0; seed < folders.size(); ++seed)
      sources.runs.push_back(
          {options_.seeds > 1 ? fmt::format("{} seed {}", arm.name, seed) : arm.name,
           folders[seed].filename()});
  }
  return sources;
}

std::string Arms::what_ran(const task::Material& material) const {
  std::vector<std::string> names;
  for (const Arm& arm : arms_) names.push_back(arm.name);
  const std::string rates =
      options_.tune ? fmt::format(", each at the best of {} learning rates on the validation part",
                                  rates_around(1).size())
                    : std::string(", at the recipe's learning rate");
  return fmt::format("{} models ({}), {}{}; {} each, recipe {}. {}", names.size(),
                     fmt::join(names, ", "), metric::count_seeds(options_.seeds), rates,
                     data::duration_in_words(recipe_.training.stages), recipe_.path.stem().string(),
                     material.summary());
}

std::vector<std::pair<std::string, std::string>> Arms::recipe_texts() const {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const Arm& arm : arms_) texts.emplace_back(arm.name, recipe(arm, 0).resolved.to_toml());
  return texts;
}

void Arms::write_report(report::Page& page) const {
  add_sources(page, sources());
  for (const auto& [name, recipe] : recipe_texts()) page.section("Recipe: " + name).code(recipe);
  report::write_html(report_path(), page);
}

void require_arms(const Arms& arms, const std::vector<std::string>& keys) {
  for (const auto& key : keys)
    base::require(
        arms.find(key) != nullptr,
        "[study] expected --only to keep {}, which the study compares, but it was left out",
        fmt::join(keys, " and "));
}

void print_places(const Arms& arms) {
  std::vector<std::string> models;
  for (const Arm& arm : arms.arms()) models.push_back(arms.runs(arm).front().string());
  fmt::print("\nReport with the plots: {}\nModels: {}\n", arms.report_path().string(),
             fmt::join(models, ", "));
}

}  // namespace roformer::study
