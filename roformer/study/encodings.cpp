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
#include "roformer/study/learning_curve.h"
#include "roformer/study/result_file.h"
#include "roformer/study/seed_series.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/task.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

// Times the length of training. Each length scores the same text, cut into its own sequences, so
// that losses differ by the length alone.
constexpr std::int64_t kLengthFactors[] = {1, 2, 4};
constexpr std::int64_t kLongestFactor = 4;
// The published 400 updates between two integrations are for long runs: here it would be one.
constexpr std::int64_t kFloaterRefresh = 10;

// One encoding's figures, one number a seed each.
struct EncodingRow {
  std::string name;
  double rate = 0;
  std::optional<Tuning> tuning;
  std::int64_t parameters = 0;
  std::vector<std::int64_t> steps;
  std::vector<std::vector<double>> losses;  // of the validation part, by step
  std::vector<double> speeds;               // tokens a second
  // By factor, on the same text of the test part; empty: beyond the table of positions.
  std::vector<std::vector<double>> by_length;
  std::vector<std::string> runs;  // their folders' names, by seed
};

std::vector<Arm> encoding_arms() {
  std::vector<Arm> arms;
  for (const std::string& name : position::encoding_names()) {
    arms.push_back({name, name, "encodings", {"model.position_encoding=" + name}});
    if (name == "floater")
      arms.back().changes.push_back(fmt::format("model.floater_refresh={}", kFloaterRefresh));
  }
  return arms;
}

// The recipe that evaluates at another length, on the same text as all others: a passage is one
// sequence of the longest.
task::Recipe recipe_at(const Arms& arms, const Arm& arm, std::int64_t seed, std::int64_t factor) {
  const auto usual = arms.recipe(arm, seed).evaluation;
  const std::int64_t most =
      usual.sequences == 0 ? 0 : std::max<std::int64_t>(1, usual.sequences / factor);
  return arms.recipe(arm, seed,
                     {fmt::format("evaluate.length={}", factor * usual.length),
                      fmt::format("evaluate.sequences={}", most),
                      fmt::format("evaluate.passage={}", kLongestFactor * usual.length)});
}

double mean_speed(const fs::path& run) {
  double tokens = 0, lines = 0;
  for (const auto& line : train::read_metrics(run / "metrics.jsonl")) {
    if (line.value("kind", "") != "training") continue;
    tokens += line.value("tokens_per_second", 0.0);
    lines += 1;
  }
  return lines > 0 ? tokens / lines : 0;
}

// Reads the rows of finished runs.
class Rows {
 public:
  Rows(const Arms& arms, const task::Material& material)
      : arms_(arms), material_(material), device_(arms.options().device) {}

  EncodingRow row(const Arm& arm) const {
    EncodingRow row;
    row.name = arm.name;
    row.rate = arms_.rate(arm);
    if (const Tuning* tuning = arms_.tuning(arm)) row.tuning = *tuning;
    row.parameters =
        task::count_parameters(material_.make_task(arms_.recipe(arm, 0), device_)->module());
    for (const fs::path& run : arms_.runs(arm)) {
      add_run(run, row);
      row.runs.push_back(run.filename().string());
    }
    for (const std::int64_t factor : kLengthFactors)
      row.by_length.push_back(losses_at(arm, factor));
    return row;
  }

 private:
  static void add_run(const fs::path& run, EncodingRow& row) {
    const auto points = read_points(run);
    const bool first = row.speeds.empty();
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (first) {
        row.steps.push_back(points[i].step);
        row.losses.emplace_back();
      }
      base::require(i < row.steps.size() && row.steps[i] == points[i].step,
                    "[study] expected the evaluations of seed 0 in {} but got one at step {}",
                    run.string(), points[i].step);
      row.losses[i].push_back(points[i].held_out_loss);
    }
    row.speeds.push_back(mean_speed(run));
  }

  std::vector<double> losses_at(const Arm& arm, std::int64_t factor) const {
    std::vector<double> losses;
    const auto folders = arms_.runs(arm);
    for (std::int64_t seed = 0; seed < std::ssize(folders); ++seed) {
      const task::Recipe plain = arms_.recipe(arm, seed);
      const std::int64_t length = factor * plain.evaluation.length;
      if (length > plain.model.longest_sequence().value_or(length)) return {};
      const auto task = material_.load_task(recipe_at(arms_, arm, seed, factor),
                                            folders[static_cast<std::size_t>(seed)], device_);
      losses.push_back(train::evaluate(*task, data::Split::test).front().second);
    }
    return losses;
  }

  const Arms& arms_;
  const task::Material& material_;
  torch::Device device_;
};

std::string loss_cell(const std::vector<double>& losses) {
  if (losses.empty()) return "beyond its table";
  return metric::format_mean(metric::seed_mean(losses), 3);
}

// At the length of training, which every encoding serves.
const std::vector<double>& test_losses(const EncodingRow& row) {
  return row.by_length.front();
}

constexpr const char* kEncodingsClaim =
    "The paper's section 2 surveys these encodings and compares RoPE with none of them in one "
    "model: "
    "this table is ours.";

constexpr const char* kComparedWith = "rotary";

// The row that the others are compared with, seed by seed; none where it is left out or one seed is
// all there is.
const EncodingRow* compared_row(const std::vector<EncodingRow>& rows) {
  for (const EncodingRow& row : rows) {
    if (row.name == kComparedWith && row.speeds.size() > 1 && rows.size() > 1) return &row;
  }
  return nullptr;
}

// A tie is marked: what the seeds do not tell apart has no rank.
std::string difference_cell(const EncodingRow& row, const EncodingRow& other) {
  if (&row == &other) return "";
  const auto difference = metric::paired_difference(test_losses(other), test_losses(row));
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
    table.columns.push_back(fmt::format("test, length {}, less {}'s", length, other->name));
  table.columns.insert(table.columns.end(), {"learning rate", "tokens/s", "parameters"});
  for (const EncodingRow& row : rows) {
    std::vector<std::string> cells = {row.name};
    for (const std::size_t i : shown_steps(row)) cells.push_back(loss_cell(row.losses[i]));
    for (const auto& losses : row.by_length) cells.push_back(loss_cell(losses));
    if (other) cells.push_back(difference_cell(row, *other));
    cells.push_back(format_rate(row.rate));
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
      fmt::format("Loss in nats a token, trained on sequences of {}; {}. Rates are chosen by the "
                  "validation "
                  "part, the test part is looked at once.",
                  recipe.evaluation.length, seeds_note(options.seeds)),
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
  return mean_over_seeds(row.name, of_seeds);
}

// Sixteen lines are too many for one picture: a few in each, in the order of the table, and rotary
// in all of them to compare with.
std::vector<report::LineChart> curve_charts(const std::vector<EncodingRow>& rows) {
  constexpr std::size_t lines_a_chart = 5;
  std::vector<EncodingRow> others;
  std::optional<report::Series> rotary;
  for (const EncodingRow& row : rows) {
    if (row.name == "rotary") {
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

// What was tried for each encoding, as the other studies show it.
std::vector<ArmResult> tried_rates(const std::vector<EncodingRow>& rows) {
  std::vector<ArmResult> results;
  for (const EncodingRow& row : rows)
    results.push_back({row.name,
                       row.name,
                       row.rate,
                       row.tuning,
                       {row.losses.back(), test_losses(row)},
                       row.runs});
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
  const report::Table tried = tuning_table(tried_rates(rows));
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

// By how much the best encoding lies below the others, and which are not told apart from it.
std::vector<std::string> verdicts(const std::vector<EncodingRow>& rows) {
  const auto results = tried_rates(rows);
  std::vector<std::string> lines;
  for (std::size_t i = 1; i < results.size(); ++i)
    lines.push_back(test_verdict(results.front(), results[i]));
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
  material->make_task(recipe_at(arms, first, 0, 1), device)->held_out(data::Split::test);
  if (const int signal = arms.train(*material); signal != 0) return signal;
  std::vector<EncodingRow> rows;
  const Rows reader(arms, *material);
  for (const Arm& arm : arms.arms()) rows.push_back(reader.row(arm));
  std::stable_sort(rows.begin(), rows.end(), [](const EncodingRow& a, const EncodingRow& b) {
    return metric::mean_of(test_losses(a)) < metric::mean_of(test_losses(b));
  });
  show(rows, arms, material->summary());
  write_result_file({"encodings",
                     "Position encodings",
                     kEncodingsClaim,
                     verdicts(rows),
                     arms.sources().command,
                     {},
                     to_json(tried_rates(rows))},
                    options);
  return 0;
}

}  // namespace roformer::study
