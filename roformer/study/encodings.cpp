#include "roformer/study/studies.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/nearest_name.h"
#include "roformer/position/encoding_settings.h"
#include "roformer/report/page.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/seed_series.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/task.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLongerFactors[] = {2, 4};
// The published 400 updates between two integrations are for long runs: here it would be one.
constexpr std::int64_t kFloaterRefresh = 10;

// One encoding's figures, one number a seed each.
struct EncodingRow {
  std::string name;
  std::int64_t parameters = 0;
  std::vector<std::int64_t> steps;
  std::vector<std::vector<double>> losses;  // by step
  std::vector<double> speeds;               // tokens a second
  std::vector<std::vector<double>> longer;  // by factor; empty: beyond the table of positions
};

// Whether section.key=value concerns the recipe of an encoding: an option of another one does not.
bool is_for(const std::string& change, const std::string& encoding) {
  constexpr std::string_view section = "model.";
  if (!change.starts_with(section)) return true;
  const auto readers = position::readers_of(
      std::string_view(change).substr(section.size(), change.find('=') - section.size()));
  return readers.empty() || std::find(readers.begin(), readers.end(), encoding) != readers.end();
}

class EncodingRuns {
 public:
  explicit EncodingRuns(const StudyOptions& options) : options_(options) {}

  task::Recipe recipe(const std::string& encoding, std::int64_t seed,
                      std::vector<std::string> more = {}) const {
    if (encoding == "floater")
      more.push_back(fmt::format("model.floater_refresh={}", kFloaterRefresh));
    for (const auto& change : options_.changes) {
      if (is_for(change, encoding)) more.insert(more.begin(), change);
    }
    more.push_back("model.position_encoding=" + encoding);
    more.push_back(fmt::format("run.seed={}", seed));
    task::Recipe recipe = task::read_recipe(task::find_recipe("encodings-" + options_.scale), more);
    recipe.training.title = fmt::format("{} seed {}", encoding, seed);
    return recipe;
  }

  fs::path folder(const std::string& encoding, std::int64_t seed) const {
    return options_.out / fmt::format("{}-seed{}", encoding, seed);
  }

  // Seed by seed, so that whoever stops early has a whole table of fewer seeds.
  int train(const task::Material& material, const std::vector<std::string>& names) const {
    std::int64_t run = 0;
    for (std::int64_t seed = 0; seed < options_.seeds; ++seed) {
      for (const auto& name : names) {
        spdlog::info("encodings: run {} of {}", ++run,
                     static_cast<std::int64_t>(names.size()) * options_.seeds);
        train::RunFolder run_folder(folder(name, seed), /*resume=*/true);
        const auto outcome = task::run_training(recipe(name, seed), material, run_folder,
                                                torch::Device(options_.device));
        if (outcome.signal != 0) return outcome.signal;
      }
    }
    return 0;
  }

  EncodingRow row(const std::string& name, const task::Material& material) const {
    EncodingRow row;
    row.name = name;
    row.parameters = task::count_parameters(
        material.make_task(recipe(name, 0), torch::Device(options_.device))->module());
    for (std::int64_t seed = 0; seed < options_.seeds; ++seed) add_run(name, seed, row);
    for (const std::int64_t factor : kLongerFactors)
      row.longer.push_back(longer_losses(name, factor, material));
    return row;
  }

 private:
  void add_run(const std::string& name, std::int64_t seed, EncodingRow& row) const {
    const auto points = read_points(folder(name, seed));
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (seed == 0) {
        row.steps.push_back(points[i].step);
        row.losses.emplace_back();
      }
      base::require(i < row.steps.size() && row.steps[i] == points[i].step,
                    "[study] expected the evaluations of seed 0 in {} but got one at step {}",
                    folder(name, seed).string(), points[i].step);
      row.losses[i].push_back(points[i].held_out_loss);
    }
    row.speeds.push_back(mean_speed(folder(name, seed)));
  }

  static double mean_speed(const fs::path& run) {
    double tokens = 0, lines = 0;
    for (const auto& line : train::read_metrics(run / "metrics.jsonl")) {
      if (line.value("kind", "") != "training") continue;
      tokens += line.value("tokens_per_second", 0.0);
      lines += 1;
    }
    return lines > 0 ? tokens / lines : 0;
  }

  // As many tokens as at the training length.
  std::vector<double> longer_losses(const std::string& name, std::int64_t factor,
                                    const task::Material& material) const {
    std::vector<double> losses;
    for (std::int64_t seed = 0; seed < options_.seeds; ++seed) {
      const task::Recipe plain = recipe(name, seed);
      const std::int64_t length = factor * plain.evaluation.length;
      if (length > plain.model.longest_sequence().value_or(length)) return {};
      const std::int64_t sequences = std::max<std::int64_t>(1, plain.evaluation.sequences / factor);
      const task::Recipe longer = recipe(name, seed,
                                         {fmt::format("evaluate.length={}", length),
                                          fmt::format("evaluate.sequences={}", sequences)});
      const auto task =
          material.load_task(longer, folder(name, seed), torch::Device(options_.device));
      losses.push_back(train::evaluate(*task, data::Split::validation).front().second);
    }
    return losses;
  }

  StudyOptions options_;
};

std::string loss_cell(const std::vector<double>& losses) {
  if (losses.empty()) return "beyond its table";
  if (losses.size() == 1) return fmt::format("{:.3f}", losses.front());
  return fmt::format("{:.3f} ± {:.3f}", mean_of(losses), standard_deviation(losses));
}

double final_loss(const EncodingRow& row) {
  return row.losses.empty() ? 0 : mean_of(row.losses.back());
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
  table.caption = deviation_note(std::ssize(rows.front().speeds));
  table.columns = {"encoding"};
  for (const std::size_t i : shown_steps(rows.front()))
    table.columns.push_back(fmt::format("loss, step {}", rows.front().steps[i]));
  table.columns.insert(table.columns.end(), {"tokens/s", "parameters"});
  for (const std::int64_t factor : kLongerFactors)
    table.columns.push_back(fmt::format("loss, length {}", factor * length));
  for (const EncodingRow& row : rows) {
    std::vector<std::string> cells = {row.name};
    for (const std::size_t i : shown_steps(row)) cells.push_back(loss_cell(row.losses[i]));
    cells.push_back(fmt::format("{:.0f}", mean_of(row.speeds)));
    cells.push_back(fmt::format("{}", row.parameters));
    for (const auto& losses : row.longer) cells.push_back(loss_cell(losses));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::vector<std::string> notes(const task::Recipe& recipe, const StudyOptions& options,
                               const std::string& text) {
  return {
      text,
      fmt::format("Held-out loss in nats a token, trained on sequences of {}; {}.",
                  recipe.evaluation.length,
                  options.seeds > 1
                      ? fmt::format("mean ± standard deviation over {} seeds", options.seeds)
                      : std::string("one seed, so differences may be chance: --seeds 3 tells")),
      // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one sentence on two lines
      "Sorted by the last loss. learned, huang and tupe have a row for each position of training "
      "and none beyond.",
      fmt::format("floater's curve learns in every {}th update (the published 400 would be about "
                  "one in such a run).",
                  kFloaterRefresh),
      "Speed is this program's, with softmax attention: encodings that change scores take the "
      "composed form of attention, the others the fused one."};
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
      charts.push_back({all ? std::string("Held-out loss")
                            : fmt::format("Held-out loss: rotary and {} to {} of the others", i + 1,
                                          std::min(i + lines_a_chart, others.size())),
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

ReportSources sources_of(const std::vector<EncodingRow>& rows, const StudyOptions& options) {
  ReportSources sources{reproduce_command("encodings", options), {}};
  for (const EncodingRow& row : rows) {
    for (std::int64_t seed = 0; seed < options.seeds; ++seed)
      sources.runs.push_back({fmt::format("{} seed {}", row.name, seed),
                              EncodingRuns(options).folder(row.name, seed).filename()});
  }
  return sources;
}

void show(const std::vector<EncodingRow>& rows, const task::Recipe& recipe,
          const StudyOptions& options, const std::string& text) {
  const report::Table table = comparison_table(rows, recipe.evaluation.length);
  report::Page page(fmt::format("Position encodings, {} scale", options.scale));
  fmt::print("\n");
  for (const auto& line : notes(recipe, options, text)) {
    fmt::print("{}\n", line);
    page.paragraph(line);
  }
  fmt::print("\n");
  report::print_table(table);
  page.section("Comparison").table(table);
  page.section("Learning curves");
  for (const auto& chart : curve_charts(rows)) page.chart(chart);
  add_sources(page, sources_of(rows, options));
  page.section("Recipe").code(recipe.resolved.to_toml());
  const fs::path path = options.out / "report.html";
  report::write_html(path, page);
  fmt::print("\nReport with the plot: {}\n", path.string());
}

// Those that were asked for, or all, in the order of the list.
std::vector<std::string> compared_encodings(const StudyOptions& options) {
  const std::vector<std::string> all = position::encoding_names();
  if (options.only.empty()) return all;
  for (const auto& name : options.only)
    base::require(
        std::find(all.begin(), all.end(), name) != all.end(),
        "[study] expected --only to name position encodings but got \"{}\"{}: they are {}", name,
        base::did_you_mean(name, all), fmt::join(all, ", "));
  std::vector<std::string> chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&](const std::string& name) {
    return std::find(options.only.begin(), options.only.end(), name) != options.only.end();
  });
  return chosen;
}

}  // namespace

int compare_encodings(const StudyOptions& options) {
  base::require(options.scale != "paper",
                "[study] expected --scale tiny or small for encodings but got paper, which has no "
                "such table");
  const EncodingRuns runs(options);
  const auto names = compared_encodings(options);
  require_free_keys(options.changes, {"run.seed", "model.position_encoding"});
  const task::Recipe recipe = runs.recipe(names.front(), 0);
  const auto material = task::open_material(recipe);
  // An error before an hour of training, not within.
  for (const auto& name : names)
    material->make_task(runs.recipe(name, 0), torch::Device(options.device));
  if (const int signal = runs.train(*material, names); signal != 0) return signal;
  std::vector<EncodingRow> rows;
  for (const auto& name : names) rows.push_back(runs.row(name, *material));
  std::stable_sort(rows.begin(), rows.end(), [](const EncodingRow& a, const EncodingRow& b) {
    return final_loss(a) < final_loss(b);
  });
  show(rows, recipe, options, material->summary());
  return 0;
}

}  // namespace roformer::study
