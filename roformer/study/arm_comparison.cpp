#include "roformer/study/arm_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "roformer/metric/seed_interval.h"

namespace roformer::study {
namespace {

constexpr int kDigits = 3;

std::string mean_cell(const std::vector<double>& losses) {
  return metric::format_mean(metric::seed_mean(losses), kDigits);
}

// How far the test loss of `side` lies below that of `control`.
double distance_below(const ArmResult& side, const ArmResult& control) {
  return metric::mean_of(control.losses.test) - metric::mean_of(side.losses.test);
}

}  // namespace

ArmResult describe_arm(const Arms& arms, const Arm& arm) {
  ArmResult result{arm.key, arm.name, arms.rate(arm), std::nullopt, {}};
  if (const Tuning* tuning = arms.tuning(arm)) result.tuning = *tuning;
  for (const auto& run : arms.runs(arm)) result.runs.push_back(run.filename().string());
  return result;
}

std::vector<ArmResult> gather_results(const Arms& arms, const task::Material& material,
                                      const LossUnit& unit) {
  std::vector<ArmResult> results;
  for (const Arm& arm : arms.arms()) {
    results.push_back(describe_arm(arms, arm));
    results.back().losses = arms.losses(arm, material, unit);
  }
  return results;
}

const ArmResult* find_result(const std::vector<ArmResult>& results, const std::string& key) {
  for (const ArmResult& result : results) {
    if (result.key == key) return &result;
  }
  return nullptr;
}

std::optional<std::string> unfit(const std::vector<ArmResult>& results, const Control& control,
                                 const LossUnit& unit) {
  const ArmResult* side = find_result(results, control.side);
  const ArmResult* other = find_result(results, control.control);
  if (!side || !other) return std::nullopt;
  const double below = distance_below(*side, *other);
  if (below >= control.margin) return std::nullopt;
  // Cut, not rounded: 0.2996 would be the 0.300 that is asked for.
  const double shown = std::trunc(std::abs(below) * 1000) / 1000;
  return fmt::format(
      "UNFIT: {} must lie at least {} below {} for a comparison of positions but lies {:.{}f} {} "
      "(test {}): it does not use its positions, and what follows says nothing about them.",
      side->name, control.margin, other->name, shown, kDigits, below < 0 ? "above" : "below",
      unit.name);
}

std::string control_sentence(const std::vector<ArmResult>& results, const Control& control,
                             const LossUnit& unit) {
  const ArmResult* side = find_result(results, control.side);
  const ArmResult* other = find_result(results, control.control);
  if (!side || !other)
    return fmt::format(
        "The control {} was left out: nothing here shows that {} uses its positions.",
        control.control, control.side);
  return fmt::format(
      "Control: {} beside {} on the test part: {}; at least {} lower is asked for ({}).",
      side->name, other->name,
      metric::describe(metric::paired_difference(other->losses.test, side->losses.test), kDigits),
      control.margin, unit.name);
}

report::Table result_table(const std::vector<ArmResult>& results, const std::string& reference,
                           const LossUnit& unit) {
  const ArmResult* other = find_result(results, reference);
  report::Table table;
  table.caption =
      metric::interval_note(results.empty() ? 0 : std::ssize(results.front().losses.test));
  table.columns = {"model", "learning rate", "validation " + unit.name, "test " + unit.name};
  if (other) table.columns.push_back(fmt::format("test, less {}'s", other->name));
  for (const ArmResult& result : results) {
    std::vector<std::string> row = {result.name, format_rate(result.rate),
                                    mean_cell(result.losses.validation),
                                    mean_cell(result.losses.test)};
    if (result.tuning)
      row[1] += result.tuning->is_at_edge() ? " (chosen, at the edge)" : " (chosen)";
    if (other)
      row.push_back(
          &result == other
              ? ""
              : metric::format_difference(
                    metric::paired_difference(other->losses.test, result.losses.test), kDigits));
    table.rows.push_back(std::move(row));
  }
  return table;
}

report::Table tuning_table(const std::vector<ArmResult>& results, const LossUnit& unit) {
  std::set<double> rates;
  for (const ArmResult& result : results) {
    if (!result.tuning) continue;
    for (const TriedRate& tried : result.tuning->tried) rates.insert(tried.rate);
  }
  report::Table table;
  if (rates.empty()) return table;
  table.caption = fmt::format(
      "Learning rates tried with seed 0, at equal cost: validation {}; * the chosen one",
      unit.name);
  table.columns = {"model"};
  for (const double rate : rates) table.columns.push_back(format_rate(rate));
  for (const ArmResult& result : results) {
    if (!result.tuning) continue;
    std::vector<std::string> row = {result.name};
    for (const double rate : rates) {
      std::string cell;
      for (std::size_t i = 0; i < result.tuning->tried.size(); ++i) {
        const TriedRate& tried = result.tuning->tried[i];
        if (tried.rate != rate) continue;
        cell = fmt::format("{:.{}f}{}", unit.scale * tried.validation_loss, kDigits,
                           i == result.tuning->chosen ? " *" : "");
      }
      row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::optional<std::string> edge_sentence(const std::vector<ArmResult>& results) {
  std::vector<std::string> names;
  for (const ArmResult& result : results) {
    if (result.tuning && result.tuning->is_at_edge())
      names.push_back(fmt::format("{} ({})", result.name, format_rate(result.rate)));
  }
  if (names.empty()) return std::nullopt;
  return fmt::format(
      "The best rate tried was the lowest or the highest of them, so that a better one may lie "
      "beyond, for: {}.",
      fmt::join(names, ", "));
}

std::vector<report::Table> tables_of(const std::vector<ArmResult>& results,
                                     const std::string& reference, const LossUnit& unit) {
  std::vector<report::Table> tables = {result_table(results, reference, unit)};
  report::Table tried = tuning_table(results, unit);
  if (!tried.rows.empty()) tables.push_back(std::move(tried));
  return tables;
}

void print_results(const std::vector<ArmResult>& results, const std::string& reference,
                   const LossUnit& unit) {
  const report::Table tried = tuning_table(results, unit);
  if (!tried.rows.empty()) {
    report::print_table(tried);
    fmt::print("\n");
  }
  report::print_table(result_table(results, reference, unit));
}

void add_results(report::Page& page, const std::vector<ArmResult>& results,
                 const std::string& reference, const LossUnit& unit) {
  page.section("At the end").table(result_table(results, reference, unit));
  const report::Table tried = tuning_table(results, unit);
  if (!tried.rows.empty()) page.section("Learning rates").table(tried);
}

std::string test_verdict(const ArmResult& first, const ArmResult& second) {
  return fmt::format(
      "On the test part {} beside {}: {}.", first.name, second.name,
      metric::describe(metric::paired_difference(second.losses.test, first.losses.test), kDigits));
}

std::string ranking_sentence(const std::vector<ArmResult>& results, const std::string& reference,
                             const LossUnit& unit) {
  const ArmResult* side = find_result(results, reference);
  if (!side) side = &results.front();
  std::vector<std::string> higher, lower, tied;  // the others
  for (const ArmResult& other : results) {
    if (&other == side) continue;
    const auto difference = metric::paired_difference(side->losses.test, other.losses.test);
    if (difference.mean.seeds > 1 && !difference.is_told_apart()) {
      tied.push_back(other.name);
    } else {
      (difference.mean.mean < 0 ? lower : higher)
          .push_back(
              fmt::format("{} ({})", other.name, metric::format_difference(difference, kDigits)));
    }
  }
  const auto list = [](const std::vector<std::string>& names) {
    return names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", "));
  };
  const auto seeds = std::ssize(side->losses.test);
  return fmt::format(
      "Test {} of {} {}, {}; above it: {}; below it: {}{}.", unit.name, side->name,
      mean_cell(side->losses.test), metric::count_seeds(seeds), list(higher), list(lower),
      seeds > 1 ? fmt::format("; not told apart from it: {}", list(tied)) : std::string());
}

nlohmann::ordered_json to_json(const std::vector<ArmResult>& results, const LossUnit& unit) {
  nlohmann::ordered_json models = nlohmann::ordered_json::array();
  for (const ArmResult& result : results) {
    nlohmann::ordered_json model = {{"key", result.key},
                                    {"name", result.name},
                                    {"runs", result.runs},
                                    {"learning_rate", result.rate},
                                    {"validation_" + unit.name, result.losses.validation},
                                    {"test_" + unit.name, result.losses.test}};
    if (const auto interval = metric::seed_mean(result.losses.test).interval())
      model["test_interval_95"] = {interval->lower, interval->upper};
    if (result.tuning) {
      for (const TriedRate& tried : result.tuning->tried)
        model["tried"].push_back({{"learning_rate", tried.rate},
                                  {"validation_loss", unit.scale * tried.validation_loss}});
    }
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace roformer::study
