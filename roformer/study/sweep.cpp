#include "roformer/study/sweep.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <thread>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/file_lock.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/process_runs.h"
#include "roformer/study/study_options.h"
#include "roformer/task/epochs.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/run_extension.h"
#include "roformer/train/run_folder.h"
#include "roformer/train/training_state.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;
using base::require;

std::string without_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

// Cut at commas outside brackets and quotes.
std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values;
  std::string value;
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
    if (c == ',' && depth == 0 && quote == 0) {
      values.push_back(without_spaces(value));
      value.clear();
    } else {
      value += c;
    }
  }
  values.push_back(without_spaces(value));
  return values;
}

// "model.hidden_size" is hidden_size for people, unless two axes end alike.
std::string short_name(const GridAxis& axis, const std::vector<GridAxis>& grid) {
  const auto last = [](const std::string& key) { return key.substr(key.rfind('.') + 1); };
  const auto alike = std::count_if(grid.begin(), grid.end(), [&](const GridAxis& other) {
    return last(other.key) == last(axis.key);
  });
  return alike > 1 ? axis.key : last(axis.key);
}

std::string value_in(const std::string& change) {
  return change.substr(change.find('=') + 1);
}

void require_sound_grid(const SweepOptions& options) {
  require(!options.grid.empty(),
          "[study] expected a grid of values, --grid KEY=VALUE,…, but got none");
  std::set<std::string> keys;
  for (const GridAxis& axis : options.grid) {
    require(keys.insert(axis.key).second,
            "[study] expected each key of the grid once but got {} twice: give all of its values "
            "in one --grid",
            axis.key);
    require(axis.key != "run.seed",
            "[study] expected no --grid run.seed: --seeds says how many runs a point has");
    require(!train::is_without_effect(axis.key),
            "[study] expected a key of the grid that changes what is learned but got {}", axis.key);
    for (const auto& change : options.changes)
      require(without_spaces(change.substr(0, change.find('='))) != axis.key,
              "[study] expected {} in --grid or in --set but got both: --set {}", axis.key, change);
  }
  require_free_keys(options.changes, {"run.seed"});
}

// Figures of other text, other words or another sum do not say which point is better.
void require_same_scoring(const task::Recipe& first, const task::Recipe& other) {
  const auto differs = train::first_difference(
      first.training.recipe, other.training.recipe, [](const std::string& key) {
        return key.starts_with("data.") || key.starts_with("evaluate.") || key.starts_with("task.");
      });
  if (differs)
    base::fail(
        "[study] expected points that are scored alike but {} is {} in one and {} in another: a "
        "grid compares figures of one held-out text{}",
        differs->key, differs->first, differs->second,
        differs->key == "evaluate.length" ? "; --set evaluate.length=N gives all of them one length"
                                          : "");
}

class Sweep {
 public:
  explicit Sweep(const SweepOptions& options) : options_(options) {
    require_sound_grid(options_);
    options_.recipe = task::find_recipe(options_.recipe).string();
    points_ = grid_points(options_.grid);
    if (options_.threads == 0) options_.threads = std::max<std::int64_t>(1, read({}).threads);
    for (SweepPoint& point : points_) plan(point);
    require_different_points();
  }

  SweepResult run() {
    base::make_folder(options_.out / "logs", "--out");
    const auto lock = base::FileLock::try_take(options_.out / "lock", "--out");
    require(lock.has_value(), "[study] expected a folder of our own but another sweep runs in {}",
            options_.out.string());
    const auto material = task::open_material(recipe(0, 0));
    require_fitting(*material);
    SweepResult result;
    result.data = material->summary();
    result.signal = train(*material);
    if (result.signal != 0) return result;
    result.deciding = deciding_;
    result.chosen = choose(points_, deciding_);
    for (std::size_t seed = 0; seed < seeds(); ++seed)
      result.test.push_back(test_figures(result.chosen, seed, *material));
    result.points = points_;
    return result;
  }

 private:
  // One training of the grid.
  struct Place {
    std::size_t point, seed;
  };

  std::size_t seeds() const { return static_cast<std::size_t>(options_.seeds); }

  task::Recipe read(const std::vector<std::string>& more) const {
    auto changes = options_.changes;
    changes.insert(changes.end(), more.begin(), more.end());
    return task::read_recipe(options_.recipe, changes);
  }

  // What is said of a run beside the user's own changes.
  std::vector<std::string> changes_of(std::size_t point, std::size_t seed) const {
    auto changes = points_[point].changes;
    changes.push_back(fmt::format("run.seed={}", seed));
    changes.push_back(fmt::format("run.threads={}", options_.threads));
    return changes;
  }

  task::Recipe recipe(std::size_t point, std::size_t seed) const {
    return read(changes_of(point, seed));
  }

  void plan(SweepPoint& point) const {
    const std::string name = folder_name(point, options_.grid);
    for (std::size_t seed = 0; seed < seeds(); ++seed)
      point.runs.push_back(options_.out / fmt::format("{}-seed{}", name, seed));
    point.validation.assign(seeds(), std::numeric_limits<double>::quiet_NaN());
    point.failures.resize(seeds());
  }

  // Reads every recipe.
  void require_different_points() const {
    const task::Recipe first = recipe(0, 0);
    std::vector<train::FlatRecipe> seen;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const task::Recipe own = recipe(i, 0);
      require_same_scoring(first, own);
      const auto same = std::find(seen.begin(), seen.end(), own.training.recipe);
      require(same == seen.end(),
              "[study] expected points that differ but {} and {} are the same recipe",
              points_[static_cast<std::size_t>(same - seen.begin())].name, points_[i].name);
      seen.push_back(own.training.recipe);
    }
  }

  // An error before hours of training, not within or behind them.
  void require_fitting(const task::Material& material) {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const task::Recipe own = recipe(i, 0);
      const auto task = material.make_task(own, torch::Device(torch::kCPU));
      batches_.push_back(task::batches_in_epochs(own, *task));
      if (i > 0) continue;
      deciding_ = task->deciding_figure();
      for (const auto split : {data::Split::validation, data::Split::test}) task->held_out(split);
    }
  }

  train::TrainingOptions training(const Place& place) const {
    return task::training_in_steps(recipe(place.point, place.seed), batches_[place.point]);
  }

  // Whether the run has all of its steps or has stopped early. Throws Error where it is another
  // recipe's.
  bool is_finished(const Place& place, const std::string& content) const {
    const fs::path& run = folder_of(place);
    const auto checkpoint = train::last_checkpoint(run);
    if (!checkpoint) return false;
    const auto state = train::load_state(*checkpoint / "state.json");
    train::TrainingOptions now = training(place);
    now.recipe[task::kContentKey] = content;
    train::require_same_run(state, now.recipe, run);
    return train::has_ended(state, now);
  }

  const fs::path& folder_of(const Place& place) const {
    return points_[place.point].runs[place.seed];
  }

  ProcessRun process_of(const Place& place) const {
    const fs::path& folder = folder_of(place);
    ProcessRun run;
    run.name = fmt::format("{}, seed {}", points_[place.point].name, place.seed);
    run.folder = folder;
    run.log = options_.out / "logs" / (folder.filename().string() + ".log");
    run.steps = data::total_steps(training(place).stages);
    run.command = {options_.program.string(),
                   "train",
                   options_.recipe,
                   "--resume",
                   "--out=" + folder.string(),
                   "--device=" + options_.device};
    for (const auto& change : options_.changes) run.command.push_back("--set=" + change);
    for (const auto& change : changes_of(place.point, place.seed))
      run.command.push_back("--set=" + change);
    return run;
  }

  std::int64_t jobs() const {
    if (options_.jobs > 0) return options_.jobs;
    if (options_.device != "cpu") return 1;
    const std::int64_t processors = std::thread::hardware_concurrency();
    return std::max<std::int64_t>(1, processors / options_.threads);
  }

  // Seed by seed, so that whoever stops early has all points of fewer seeds. Returns the signal
  // that stopped it, or 0.
  int train(const task::Material& material) {
    const std::string content = material.fingerprint();
    std::vector<Place> places;
    std::vector<ProcessRun> runs;
    std::int64_t done = 0;
    for (std::size_t seed = 0; seed < seeds(); ++seed) {
      for (std::size_t point = 0; point < points_.size(); ++point) {
        ProcessRun run = process_of({point, seed});
        if (is_finished({point, seed}, content)) {
          done += run.steps;
        } else {
          places.push_back({point, seed});
          runs.push_back(std::move(run));
        }
      }
    }
    spdlog::info("sweep: {} points of {} seeds, {} runs to train, {} at once with threads: {}",
                 points_.size(), seeds(), runs.size(), jobs(), options_.threads);
    const auto outcomes = run_processes(runs, jobs(), done, [&](std::size_t run) {
      return fmt::format("validation {} {:.4f}", deciding_.name, deciding(runs[run].folder));
    });
    for (std::size_t i = 0; i < places.size(); ++i)
      points_[places[i].point].failures[places[i].seed] = outcomes.failures[i];
    if (outcomes.signal == 0) read_figures();
    return outcomes.signal;
  }

  // Of its last evaluation.
  double deciding(const fs::path& run) const {
    return train::last_evaluated(run / "metrics.jsonl", deciding_.name);
  }

  void read_figures() {
    for (SweepPoint& point : points_) {
      for (std::size_t seed = 0; seed < seeds(); ++seed) {
        if (!point.failures[seed].empty()) continue;
        point.validation[seed] = deciding(point.runs[seed]);
        if (!std::isfinite(point.validation[seed]))
          point.failures[seed] = "no " + deciding_.name + " in its last evaluation";
      }
    }
  }

  train::Metrics test_figures(std::size_t point, std::size_t seed,
                              const task::Material& material) const {
    at::set_num_threads(static_cast<int>(options_.threads));  // sums hang on it
    return task::evaluate_model(recipe(point, seed), material, points_[point].runs[seed],
                                data::Split::test, torch::Device(options_.device));
  }

  SweepOptions options_;
  std::vector<SweepPoint> points_;
  std::vector<std::vector<double>> batches_;  // of an epoch, by point
  train::DecidingFigure deciding_;
};

}  // namespace

GridAxis parse_axis(std::string_view text) {
  const std::size_t equals = text.find('=');
  require(equals != text.npos && !without_spaces(text.substr(0, equals)).empty(),
          "[study] expected --grid section.key=VALUE,… but got '{}'", text);
  GridAxis axis{without_spaces(text.substr(0, equals)), split_values(text.substr(equals + 1))};
  std::set<std::string> seen;
  for (const auto& value : axis.values) {
    require(!value.empty(), "[study] expected values with a comma between two but got '{}'", text);
    require(seen.insert(value).second, "[study] expected each value of {} once but got {} twice",
            axis.key, value);
  }
  return axis;
}

bool SweepPoint::is_whole() const {
  return !validation.empty() && std::all_of(validation.begin(), validation.end(),
                                            [](double figure) { return std::isfinite(figure); });
}

std::vector<SweepPoint> grid_points(const std::vector<GridAxis>& grid) {
  std::vector<SweepPoint> points(1);
  for (const GridAxis& axis : grid) {
    std::vector<SweepPoint> longer;
    for (const SweepPoint& point : points) {
      for (const auto& value : axis.values) {
        longer.push_back(point);
        longer.back().changes.push_back(fmt::format("{}={}", axis.key, value));
        longer.back().name +=
            fmt::format("{}{} {}", point.name.empty() ? "" : ", ", short_name(axis, grid), value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

std::string folder_name(const SweepPoint& point, const std::vector<GridAxis>& grid) {
  constexpr std::size_t longest = 80;
  std::string name, plain;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    name += fmt::format("{}{}-{}", name.empty() ? "" : "-", short_name(grid[i], grid),
                        value_in(point.changes[i]));
  }
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '+';
    plain += is_plain ? c : '_';
  }
  if (plain == name && plain.size() <= longest) return plain;
  // Two values must not share a folder because they look alike.
  return fmt::format("{}-{:08x}", plain.substr(0, longest), base::hash_bytes(name) & 0xFFFFFFFFu);
}

std::size_t choose(const std::vector<SweepPoint>& points, const train::DecidingFigure& deciding) {
  std::optional<std::size_t> best;
  const auto cost = [&](std::size_t i) {
    return deciding.cost(metric::mean_of(points[i].validation));
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].is_whole() && (!best || cost(i) < cost(*best))) best = i;
  }
  std::string first_failure;
  for (const SweepPoint& point : points)
    for (const auto& failure : point.failures)
      if (first_failure.empty()) first_failure = failure;
  require(best.has_value(),
          "[study] expected a point whose runs all ended but every one has a run that failed{}{}",
          first_failure.empty() ? "" : ": ", first_failure);
  return *best;
}

SweepResult run_sweep(const SweepOptions& options) {
  return Sweep(options).run();
}

}  // namespace roformer::study
