#include "roformer/study/studies.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/position/encoding_settings.h"
#include "roformer/report/page.h"
#include "roformer/study/arm_comparison.h"
#include "roformer/study/arms.h"
#include "roformer/study/drawings.h"
#include "roformer/study/encoding_rows.h"
#include "roformer/study/result_file.h"
#include "roformer/study/seed_series.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

// The published 400 updates between two integrations are for long runs: here it would be one.
constexpr std::int64_t kFloaterRefresh = 10;

std::vector<Arm> encoding_arms() {
  std::vector<Arm> arms;
  for (const std::string& name : position::encoding_names()) {
    arms.push_back({name, name, "encodings", {"model.position_encoding=" + name}});
    if (name == "floater")
      arms.back().changes.push_back(fmt::format("model.floater_refresh={}", kFloaterRefresh));
  }
  return arms;
}

std::string loss_cell(const std::vector<double>& losses) {
  if (losses.empty()) return "beyond its table";
  return metric::format_mean(metric::seed_mean(losses), 3);
}

constexpr const char* kEncodingsClaim =
    "The paper (abstract): \"RoPE enables valuable properties, including the flexibility of "
    "sequence length\"; its section 2 surveys these encodings and compares RoPE with none of them "
    "in one model: this table is ours.";

constexpr const char* kComparedWith = "rotary";

// The row that the others are compared with, seed by seed; none where it is left out or one seed is
// all there is.
const EncodingRow* compared_row(const std::vector<EncodingRow>& rows) {
  for (const EncodingRow& row : rows) {
    if (row.name() == kComparedWith && row.speeds.size() > 1 && rows.size() > 1) return &row;
  }
  return nullptr;
}

// A tie is marked: what the seeds do not tell apart has no rank.
std::string difference_cell(const EncodingRow& row, const EncodingRow& other) {
  if (&row == &other) return "";
  const auto difference = metric::paired_difference(other.test_losses(), row.test_losses());
  return metric::format_difference(difference, 3) + (difference.is_told_apart() ? "" : " (a tie)");
}

// Three of the evaluations: a quarter, half, and the whole of the way.
std::vector<std::size_t> shown_steps(const EncodingRow& row) {
  const std::size_t last = row.steps.size() - 1;
  std::vector<std::size_t> shown = {last / 4, last / 2, last};
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  return shown;
}

report::Table comparison_table(const std::vector<EncodingRow>& rows, std::int64_t length) {
  report::Table table;
  table.caption = metric::interval_note(std::ssize(rows.front().speeds));
  table.columns = {"encoding"};
  for (const std::size_t i : shown_steps(rows.front()))
    table.columns.push_back(fmt::format("validation, step {}", rows.front().steps[i]));
  for (const std::int64_t factor : kLengthFactors)
    table.columns.push_back(fmt::format("test, length {}", factor * length));
  const EncodingRow* other = compared_row(rows);
  if (other)
    table.columns.push_back(fmt::format("test, length {}, less {}'s", length, other->name()));
  table.columns.insert(table.columns.end(), {"learning rate", "tokens/s", "parameters"});
  for (const EncodingRow& row : rows) {
    std::vector<std::string> cells = {row.name()};
    for (const std::size_t i : shown_steps(row)) cells.push_back(loss_cell(row.losses[i]));
    for (const auto& losses : row.by_length) cells.push_back(loss_cell(losses));
    if (other) cells.push_back(difference_cell(row, *other));
    const auto& tuning = row.result.tuning;
    cells.push_back(format_rate(row.result.rate) +
                    (tuning && tuning->is_at_edge() ? " (at the edge)" : ""));
    cells.push_back(fmt::format("{:.0f}", metric::mean_of(row.speeds)));
    cells.push_back(fmt::format("{}", row.parameters));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string seeds_note(std::int64_t seeds) {
  if (seeds < 2) return "one seed, so differences may be chance: --seeds 3 tells";
  return metric::interval_note(seeds);
}

std::vector<std::string> notes(const std::vector<EncodingRow>& rows, const task::Recipe& recipe,
                               const StudyOptions& options, const std::string& text) {
  std::vector<std::string> lines = {
      text,
      fmt::format("Loss in nats a token, trained on sequences of {}; {}. {}, the test part is "
                  "looked at once.",
                  recipe.evaluation.length, seeds_note(options.seeds),
                  options.tune ? "Rates are chosen by the validation part"
                               : "All have the recipe's learning rate"),
      // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one sentence on two lines
      fmt::format("The losses by length are of the same tokens of held-out text, each predicted "
                  "once at every length, from at most {}, {} or {} tokens before it.",
                  kLengthFactors[0] * recipe.evaluation.length,
                  kLengthFactors[1] * recipe.evaluation.length,
                  kLengthFactors[2] * recipe.evaluation.length),
      "Sorted by the test loss at the length of training. learned, huang and tupe have a row for "
      "each position of training "
      "and none beyond.",
      fmt::format("floater's curve learns in every {}th update (the published 400 would be about "
                  "one in such a run).",
                  kFloaterRefresh),
      "Speed is this program's, with softmax attention: encodings that change scores take the "
      "composed form of attention, the others the fused one."};
  if (compared_row(rows))
    lines.push_back(fmt::format(
        "Less {}'s: the test losses' mean difference between runs of one seed, with half of its "
        "95 % interval and the two-sided p of the paired t test, each pair for itself: of 20 pairs "
        "without a difference one has p < 0.05.",
        kComparedWith));
  return lines;
}

// The losses over the steps but the first, before which all guess alike.
report::Series curve_of(const EncodingRow& row) {
  std::vector<report::Series> of_seeds(row.speeds.size());
  for (std::size_t i = 1; i < row.steps.size(); ++i) {
    for (std::size_t seed = 0; seed < of_seeds.size(); ++seed) {
      of_seeds[seed].x.push_back(static_cast<double>(row.steps[i]));
      of_seeds[seed].y.push_back(row.losses[i].at(seed));
    }
  }
  return mean_over_seeds(row.name(), of_seeds);
}

// Sixteen lines are too many for one picture: a few in each, in the order of the table, and rotary
// in all of them to compare with.
std::vector<report::LineChart> curve_charts(const std::vector<EncodingRow>& rows) {
  constexpr std::size_t lines_a_chart = 5;
  std::vector<EncodingRow> others;
  std::optional<report::Series> rotary;
  for (const EncodingRow& row : rows) {
    if (row.name() == "rotary") {
      rotary = curve_of(row);
    } else {
      others.push_back(row);
    }
  }
  std::vector<report::LineChart> charts;
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (i % lines_a_chart == 0) {
      const bool all = static_cast<std::size_t>(others.size()) <= lines_a_chart;
      charts.push_back({all ? std::string("Validation loss")
                            : fmt::format("Validation loss: rotary and {} to {} of the others",
                                          i + 1, std::min(i + lines_a_chart, others.size())),
                        "step",
                        "nats a token",
                        {}});
      charts.back().band_title = band_title(std::ssize(others[i].speeds));
      if (rotary) charts.back().series.push_back(*rotary);
    }
    charts.back().series.push_back(curve_of(others[i]));
  }
  return charts;
}

std::vector<ArmResult> results_of(const std::vector<EncodingRow>& rows) {
  std::vector<ArmResult> results;
  for (const EncodingRow& row : rows) results.push_back(row.result);
  return results;
}

void show(const std::vector<EncodingRow>& rows, const Arms& arms, const std::string& text) {
  const task::Recipe& recipe = arms.recipe();
  const StudyOptions& options = arms.options();
  const report::Table table = comparison_table(rows, recipe.evaluation.length);
  report::Page page(fmt::format("Position encodings, {} scale", options.scale));
  fmt::print("\n");
  for (const auto& line : notes(rows, recipe, options, text)) {
    fmt::print("{}\n", line);
    page.paragraph(line);
  }
  fmt::print("\n");
  report::print_table(table);
  page.section("Comparison").table(table);
  const report::Table tried = tuning_table(results_of(rows));
  if (!tried.rows.empty()) {
    fmt::print("\n");
    report::print_table(tried);
    page.section("Learning rates").table(tried);
  }
  page.section("Learning curves");
  for (const auto& chart : curve_charts(rows)) page.chart(chart);
  add_sources(page, arms.sources());
  page.section("Recipe").code(recipe.resolved.to_toml());
  report::write_html(arms.report_path(), page);
  fmt::print("\nReport with the plot: {}\n", arms.report_path().string());
}

std::vector<NamedChart> named_charts(const std::vector<EncodingRow>& rows) {
  std::vector<NamedChart> charts;
  for (auto& chart : curve_charts(rows))
    charts.push_back({fmt::format("validation-{}", charts.size() + 1), std::move(chart)});
  return charts;
}

std::vector<report::Table> tables_of_rows(const std::vector<EncodingRow>& rows,
                                          std::int64_t length) {
  std::vector<report::Table> tables = {comparison_table(rows, length)};
  report::Table tried = tuning_table(results_of(rows));
  if (!tried.rows.empty()) tables.push_back(std::move(tried));
  return tables;
}

std::vector<std::string> verdicts(const std::vector<EncodingRow>& rows) {
  std::vector<std::string> lines = {ranking_sentence(results_of(rows), kComparedWith)};
  const std::string lengths = length_sentence(rows);
  if (!lengths.empty()) lines.push_back(lengths);
  if (const auto edge = edge_sentence(results_of(rows))) lines.push_back(*edge);
  return lines;
}

}  // namespace

int compare_encodings(const StudyOptions& options) {
  base::require(options.scale != "paper",
                "[study] expected --scale tiny or small for encodings but got paper, which has no "
                "such table");
  Arms arms("encodings", encoding_arms(), options);
  const auto material = task::open_material(arms.recipe());
  // An error before an hour of training, not within.
  const torch::Device device(options.device);
  for (const Arm& arm : arms.arms()) material->make_task(arms.recipe(arm, 0), device);
  const Arm& first = arms.arms().front();
  material->make_task(recipe_at_length(arms, first, 0, 1), device)->held_out(data::Split::test);
  if (const int signal = arms.train(*material); signal != 0) return signal;
  const auto rows = encoding_rows(arms, *material);
  show(rows, arms, material->summary());
  write_result_file({.study = "encodings",
                     .title = "Position encodings",
                     .claim = kEncodingsClaim,
                     .what = arms.what_ran(*material),
                     .verdicts = verdicts(rows),
                     .tables = tables_of_rows(rows, arms.recipe().evaluation.length),
                     .command = arms.sources().command,
                     .training_seconds = arms.training_seconds(),
                     .pictures = write_drawings(options.out, named_charts(rows)),
                     .models = to_json(results_of(rows)),
                     .numbers = encoding_numbers(rows, arms.recipe().evaluation.length)},
                    options);
  return 0;
}

}  // namespace roformer::study
