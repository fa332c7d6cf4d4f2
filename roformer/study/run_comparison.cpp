#include "roformer/study/run_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/report/page.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/seed_series.h"
#include "roformer/task/material.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/run_extension.h"
#include "roformer/train/run_folder.h"
#include "roformer/train/training_report.h"
#include "roformer/train/training_state.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSeed = "run.seed";
constexpr const char* kContent = task::kContentKey;

train::FlatRecipe recipe_of(const fs::path& run) {
  const auto checkpoint = train::last_checkpoint(run);
  base::require(
      checkpoint.has_value(),
      "[study] expected the folder of a run (train --out) with a checkpoint but {} has none",
      run.string());
  return train::load_state(*checkpoint / "state.json").recipe;
}

// What is learned, apart from the seed.
train::FlatRecipe without_seed(const train::FlatRecipe& recipe) {
  train::FlatRecipe model;
  for (const auto& [key, value] : recipe) {
    if (key != kSeed && !train::is_without_effect(key)) model[key] = value;
  }
  return model;
}

std::string value_of(const train::FlatRecipe& recipe, const std::string& key) {
  const auto found = recipe.find(key);
  std::string value = found == recipe.end() ? "none" : found->second;
  std::erase(value, '"');
  return value;
}

std::set<std::string> differing_keys(const std::vector<train::FlatRecipe>& models) {
  std::set<std::string> keys;
  for (const auto& model : models) {
    for (const auto& [key, value] : model) {
      if (std::any_of(models.begin(), models.end(),
                      [&key = key, &value = value](const auto& other) {
                        const auto found = other.find(key);
                        return found == other.end() || found->second != value;
                      }))
        keys.insert(key);
    }
  }
  return keys;
}

// The values of a key if each group has another one.
std::optional<std::vector<std::string>> telling_values(const std::vector<train::FlatRecipe>& models,
                                                       const std::string& key) {
  std::vector<std::string> values;
  for (const auto& model : models) values.push_back(value_of(model, key));
  const std::set<std::string> different(values.begin(), values.end());
  if (different.size() != values.size()) return std::nullopt;
  return values;
}

std::string last_word(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

// Names by the one key that tells all groups apart, what people compare first; else by all keys.
std::vector<std::string> names_of(const std::vector<train::FlatRecipe>& models) {
  const std::set<std::string> keys = differing_keys(models);
  for (const char* key : {"model.position_encoding", "model.preset", "model.attention"}) {
    if (!keys.contains(key)) continue;
    if (auto values = telling_values(models, key)) return *values;
  }
  for (const auto& key : keys) {
    auto values = telling_values(models, key);
    if (!values || key == kContent) continue;
    for (auto& value : *values) value = fmt::format("{} {}", last_word(key), value);
    return *values;
  }
  std::vector<std::string> names;
  for (const auto& model : models) {
    std::vector<std::string> parts;
    for (const auto& key : keys) {
      if (key != kContent)
        parts.push_back(fmt::format("{} {}", last_word(key), value_of(model, key)));
    }
    names.push_back(fmt::format("{}", fmt::join(parts, ", ")));
  }
  return names;
}

std::string folder_name(const fs::path& run) {
  return fs::absolute(run / "").parent_path().filename().string();
}

void name_groups(std::vector<RunGroup>& groups, const std::vector<train::FlatRecipe>& models) {
  const std::vector<std::string> names = names_of(models);
  const std::set<std::string> different(names.begin(), names.end());
  constexpr std::size_t longest = 40;  // more than a column of a table holds
  const bool are_short = std::all_of(
      names.begin(), names.end(), [](const std::string& name) { return name.size() <= longest; });
  const bool tell = different.size() == groups.size() && groups.size() > 1 && are_short &&
                    !differing_keys(models).contains("task.kind");
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i].name = tell ? names[i] : folder_name(groups[i].runs.begin()->second);
}

// Evaluations by step.
using Evaluations = std::map<std::int64_t, nlohmann::json>;

Evaluations read_evaluations(const fs::path& run) {
  Evaluations lines;
  for (const auto& line : train::read_metrics(run / "metrics.jsonl")) {
    if (line.value("kind", "") == "evaluation") lines[line.value("step", std::int64_t{0})] = line;
  }
  return lines;
}

using EvaluationsOfRuns = std::map<fs::path, Evaluations>;

std::int64_t last_common_step(const EvaluationsOfRuns& runs) {
  std::map<std::int64_t, std::size_t> counts;
  for (const auto& [run, lines] : runs) {
    for (const auto& [step, line] : lines) ++counts[step];
  }
  for (auto count = counts.rbegin(); count != counts.rend(); ++count) {
    if (count->second == runs.size()) return count->first;
  }
  base::fail("[study] expected a step at which all {} runs were evaluated but there is none",
             runs.size());
}

std::vector<std::string> figure_names(const nlohmann::json& line) {
  std::vector<std::string> names = {"loss"};
  for (const auto& [key, value] : line.items()) {
    if (key != "loss" && key != "step" && value.is_number()) names.push_back(key);
  }
  return names;
}

// What the losses hang on beside the models.
std::vector<std::string> notes_of(const EvaluationsOfRuns& runs,
                                  const std::vector<train::FlatRecipe>& recipes,
                                  std::int64_t step) {
  std::vector<std::string> notes;
  std::string keys;
  for (const auto& key : differing_keys(recipes)) {
    if (key == kContent || key == "task.kind" || key.starts_with("evaluate."))
      keys += (keys.empty() ? "" : ", ") + key;
  }
  if (!keys.empty())
    notes.push_back(fmt::format(
        "These runs were not evaluated alike, so their figures do not say which is better: {} "
        "differs.",
        keys));
  const auto unfinished = [&](const auto& run) { return run.second.rbegin()->first != step; };
  if (std::any_of(runs.begin(), runs.end(), unfinished))
    notes.push_back(fmt::format("Some runs went on beyond step {}, the last that all have.", step));
  return notes;
}

constexpr int kFigureDigits = 4;

std::string figure_cell(const BySeed& values) {
  if (values.empty()) return "";
  std::vector<double> numbers;
  for (const auto& [seed, value] : values) numbers.push_back(value);
  return metric::format_mean(metric::seed_mean(numbers), kFigureDigits);
}

std::string difference_cell(const RunComparison& comparison, std::size_t group) {
  if (group == 0) return "";
  const auto difference = difference_to_first(comparison, group, 0);
  if (!difference) return "no seed in common";
  const std::int64_t seeds = difference->mean.seeds;
  return fmt::format("{} ({} {})", metric::format_difference(*difference, kFigureDigits), seeds,
                     seeds == 1 ? "seed" : "seeds");
}

std::int64_t most_seeds(const std::vector<RunGroup>& groups) {
  std::size_t most = 0;
  for (const auto& group : groups) most = std::max(most, group.runs.size());
  return static_cast<std::int64_t>(most);
}

report::LineChart curves(const RunComparison& comparison, const char* title,
                         const std::string& kind) {
  report::LineChart chart;
  chart.title = title;
  chart.x_title = "step";
  chart.y_title = "loss";
  chart.band_title = band_title(most_seeds(comparison.groups));
  for (const auto& group : comparison.groups) {
    std::vector<report::Series> runs;
    for (const auto& [seed, run] : group.runs)
      runs.push_back(train::metric_series(run / "metrics.jsonl", kind, "loss", group.name));
    chart.series.push_back(mean_over_seeds(group.name, runs));
  }
  return chart;
}

bool is_run(const fs::path& folder) {
  return fs::is_directory(folder) && train::last_checkpoint(folder).has_value();
}

// The folder itself, or the runs in it.
std::set<fs::path> runs_at(const fs::path& path) {
  if (is_run(path)) return {path};
  std::set<fs::path> runs;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(path, unreadable)) {
    if (is_run(entry.path())) runs.insert(entry.path());
  }
  return runs;
}

std::vector<train::FlatRecipe> recipes_of(const std::vector<fs::path>& runs) {
  std::vector<train::FlatRecipe> recipes;
  for (const auto& run : runs) recipes.push_back(recipe_of(run));
  return recipes;
}

// `recipes` are the runs'.
std::vector<RunGroup> group_recipes(const std::vector<fs::path>& runs,
                                    const std::vector<train::FlatRecipe>& recipes) {
  std::vector<RunGroup> groups;
  std::vector<train::FlatRecipe> models;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const train::FlatRecipe model = without_seed(recipes[i]);
    const auto found = std::find(models.begin(), models.end(), model);
    const auto place = static_cast<std::size_t>(found - models.begin());
    if (found == models.end()) {
      models.push_back(model);
      groups.emplace_back();
    }
    const std::int64_t seed = std::stoll("0" + value_of(recipes[i], kSeed));
    const auto [other, fresh] = groups[place].runs.emplace(seed, runs[i]);
    base::require(fresh, "[study] expected one run of a recipe and seed but got {} and {}, seed {}",
                  other->second.string(), runs[i].string(), seed);
  }
  name_groups(groups, models);
  return groups;
}

}  // namespace

std::vector<fs::path> find_runs(const std::vector<fs::path>& paths) {
  std::vector<fs::path> all;
  for (const auto& path : paths) {
    const std::set<fs::path> runs = runs_at(path);
    if (runs.empty()) spdlog::info("{} is no run, and none lies in it: left out", path.string());
    all.insert(all.end(), runs.begin(), runs.end());
  }
  base::require(!all.empty(),
                "[study] expected folders of runs (train --out) with a checkpoint but got none");
  return all;
}

std::vector<RunGroup> group_by_seed(const std::vector<fs::path>& runs) {
  return group_recipes(runs, recipes_of(runs));
}

RunComparison compare_runs(const std::vector<fs::path>& runs) {
  RunComparison comparison;
  const std::vector<train::FlatRecipe> recipes = recipes_of(runs);
  comparison.groups = group_recipes(runs, recipes);
  EvaluationsOfRuns evaluations;
  for (const auto& run : runs) evaluations[run] = read_evaluations(run);
  comparison.step = last_common_step(evaluations);
  comparison.figures = figure_names(evaluations.at(runs.front()).at(comparison.step));
  for (const auto& group : comparison.groups) {
    auto& figures = comparison.values.emplace_back(comparison.figures.size());
    for (const auto& [seed, run] : group.runs) {
      const nlohmann::json& line = evaluations.at(run).at(comparison.step);
      for (std::size_t i = 0; i < figures.size(); ++i) {
        const auto& name = comparison.figures[i];
        if (line.contains(name) && line[name].is_number())
          figures[i][seed] = line[name].get<double>();
      }
    }
  }
  comparison.notes = notes_of(evaluations, recipes, comparison.step);
  return comparison;
}

std::optional<metric::SeedDifference> difference_to_first(const RunComparison& comparison,
                                                          std::size_t group, std::size_t figure) {
  std::vector<double> of_first, of_group;
  const BySeed& first = comparison.values.front().at(figure);
  for (const auto& [seed, value] : comparison.values.at(group).at(figure)) {
    const auto other = first.find(seed);
    if (other == first.end()) continue;
    of_first.push_back(other->second);
    of_group.push_back(value);
  }
  if (of_group.empty()) return std::nullopt;
  return metric::paired_difference(of_first, of_group);
}

report::Table comparison_table(const RunComparison& comparison) {
  report::Table table;
  const bool several = most_seeds(comparison.groups) > 1;
  table.caption =
      fmt::format("Held-out figures at step {}{}", comparison.step,
                  several ? ": mean ± half of its 95 % interval (Student's t) over the seeds" : "");
  table.columns = {"model", "seeds"};
  for (const auto& figure : comparison.figures) table.columns.push_back(figure);
  if (comparison.groups.size() > 1)
    table.columns.push_back(fmt::format("loss less that of {}{}", comparison.groups.front().name,
                                        several ? ", paired by seed" : ""));
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    std::vector<std::int64_t> seeds;
    for (const auto& [seed, run] : comparison.groups[i].runs) seeds.push_back(seed);
    std::vector<std::string> row = {comparison.groups[i].name,
                                    fmt::format("{}", fmt::join(seeds, " "))};
    for (const auto& values : comparison.values[i]) row.push_back(figure_cell(values));
    if (comparison.groups.size() > 1) row.push_back(difference_cell(comparison, i));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> comparison_verdicts(const RunComparison& comparison) {
  std::vector<std::string> lines;
  for (std::size_t i = 1; i < comparison.groups.size(); ++i) {
    const auto difference = difference_to_first(comparison, i, 0);
    if (difference)
      lines.push_back(fmt::format("Loss of {} beside {}: {}.", comparison.groups[i].name,
                                  comparison.groups.front().name,
                                  metric::describe(*difference, kFigureDigits)));
  }
  return lines;
}

void write_comparison(const RunComparison& comparison, const fs::path& out,
                      const std::string& command) {
  report::Page page("Runs beside each other");
  for (const auto& note : comparison.notes) page.paragraph(note);
  page.section("Figures").table(comparison_table(comparison));
  for (const auto& line : comparison_verdicts(comparison)) page.paragraph(line);
  page.section("Held-out loss").chart(curves(comparison, "Held-out loss", "evaluation"));
  page.section("Training loss").chart(curves(comparison, "Training loss", "training"));
  ReportSources sources{command, {}};
  for (const auto& group : comparison.groups) {
    for (const auto& [seed, run] : group.runs)
      sources.runs.push_back({fmt::format("{}, seed {}", group.name, seed),
                              fs::proximate(fs::absolute(run), fs::absolute(out))});
  }
  add_sources(page, sources);
  base::make_folder(out, "--out");
  report::write_html(out / "report.html", page);
}

}  // namespace roformer::study
