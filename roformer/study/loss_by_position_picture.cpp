// `reproduce loss-by-position`: runs beside each other, within and beyond their training length.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/report/palette.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/loss_by_position.h"
#include "roformer/study/picture.h"
#include "roformer/study/run_comparison.h"
#include "roformer/study/seed_series.h"
#include "roformer/study/studies.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kPartsOfTrainingLength = 8;

constexpr const char* kPositionsSay =
    "Held-out loss by the place of the token that is asked for, on sequences longer than those of "
    "training: the dashed line is where training ended. A token of a causal model sees those "
    "before it, so that up to the line all is as in training; one of a masked model sees the whole "
    "longer sequence at every place. Tokens beyond the line are others than those within it: part "
    "of "
    "a difference between the two is of the text. What the longer sequence itself changes is the "
    "last column: all of these tokens in it, less the same tokens in sequences of training's "
    "length.";

struct RunLosses {
  std::int64_t seed = 0;
  fs::path folder;
  std::int64_t training_length = 0, length = 0;
  double evaluated = 0;  // at the training length
  PositionBin within = {}, beyond = {}, whole = {};
  std::vector<PositionBin> bins = {};
};

// A model, by seed.
struct GroupLosses {
  std::string name;
  std::vector<RunLosses> runs;
};

std::int64_t training_length(const task::Recipe& recipe, const fs::path& run) {
  std::int64_t longest = 0;
  for (const auto& stage : recipe.training.stages) longest = std::max(longest, stage.length);
  base::require(longest > 0,
                "[study] {}: expected the run of a language model but got one of task.kind = "
                "\"{}\", whose sequences have no training length",
                run.string(), recipe.task);
  return longest;
}

// The run's evaluation on sequences of another length, about as many tokens of text; a causal
// model's of the very same text for all lengths up to `longest`.
task::Recipe at_length(const fs::path& run, std::int64_t length, std::int64_t longest) {
  const fs::path path = run / "recipe.toml";
  const task::EvaluationOptions plain = task::read_recipe(path).evaluation;
  const std::int64_t sequences =
      plain.sequences == 0 ? 0 : std::max<std::int64_t>(1, plain.sequences * plain.length / length);
  std::vector<std::string> changes = {fmt::format("evaluate.length={}", length),
                                      fmt::format("evaluate.sequences={}", sequences)};
  if (task::read_recipe(path).task == "causal_lm" && longest % length == 0)
    changes.push_back(fmt::format("evaluate.passage={}", longest));
  return task::read_recipe(path, changes);
}

PositionLosses losses_at(const fs::path& run, std::int64_t length, std::int64_t longest,
                         const task::Material& material, const StudyOptions& options) {
  const auto task =
      material.load_task(at_length(run, length, longest), run, c10::Device(options.device));
  return losses_by_position(*task, data::Split::validation, length);
}

RunLosses losses_of_run(std::int64_t seed, const fs::path& run, const StudyOptions& options) {
  const task::Recipe recipe = task::read_recipe(run / "recipe.toml");
  RunLosses losses{seed, run, training_length(recipe, run)};
  const std::int64_t trained = losses.training_length;
  losses.length = std::min(options.times * trained,
                           recipe.model.longest_sequence().value_or(options.times * trained));
  const auto material = task::open_material(recipe, run);
  losses.evaluated = losses_at(run, trained, losses.length, *material, options).whole().loss;
  const PositionLosses all = losses_at(run, losses.length, losses.length, *material, options);
  losses.within = all.bin(0, trained);
  losses.beyond = all.bin(trained, losses.length);
  losses.whole = all.whole();
  const auto edges = bin_edges(trained, kPartsOfTrainingLength, losses.length);
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    losses.bins.push_back(all.bin(edges[i], edges[i + 1]));
  base::require(std::isfinite(losses.whole.loss),
                "[study] {}: expected a finite loss but got none: the model's weights are damaged",
                run.string());
  return losses;
}

std::vector<GroupLosses> losses_of_groups(const StudyOptions& options) {
  std::vector<GroupLosses> groups;
  for (const auto& [name, runs] : group_by_seed(find_runs(options.models))) {
    groups.push_back({name, {}});
    for (const auto& [seed, run] : runs) {
      spdlog::info("loss by position: {}", run.string());
      groups.back().runs.push_back(losses_of_run(seed, run, options));
    }
  }
  return groups;
}

// In the middle of each bin.
report::Series series_of_run(const RunLosses& run) {
  report::Series series;
  for (const auto& bin : run.bins) {
    series.x.push_back(0.5 * static_cast<double>(bin.begin + bin.end - 1));
    series.y.push_back(bin.loss);
  }
  return series;
}

std::vector<report::Mark> training_marks(const std::vector<GroupLosses>& groups) {
  std::set<std::int64_t> lengths;
  for (const auto& group : groups) {
    for (const auto& run : group.runs) lengths.insert(run.training_length);
  }
  std::vector<report::Mark> marks;
  for (const std::int64_t length : lengths)
    marks.push_back({static_cast<double>(length), fmt::format("trained on {}", length)});
  return marks;
}

report::LineChart position_chart(const std::vector<GroupLosses>& groups) {
  report::LineChart chart{"Held-out loss by position", "place in the sequence", "nats a token", {}};
  std::int64_t most_seeds = 0;
  for (const auto& group : groups) {
    std::vector<report::Series> runs;
    for (const auto& run : group.runs) runs.push_back(series_of_run(run));
    chart.series.push_back(mean_over_seeds(group.name, runs));
    most_seeds = std::max<std::int64_t>(most_seeds, std::ssize(runs));
  }
  chart.band_title = band_title(most_seeds);
  chart.marks = training_marks(groups);
  return chart;
}

// Mean over the seeds, with half of its interval where there are several.
std::string mean_cell(const GroupLosses& group, const auto& value) {
  std::vector<double> values;
  for (const auto& run : group.runs) values.push_back(value(run));
  const metric::SeedMean mean = metric::seed_mean(values);
  return std::isfinite(mean.mean) ? metric::format_mean(mean, 4) : "";
}

// What "±" means, for a table's head.
std::string seeds_note(const std::vector<GroupLosses>& groups) {
  std::size_t most = 0;
  for (const auto& group : groups) most = std::max(most, group.runs.size());
  const std::string note = metric::interval_note(static_cast<std::int64_t>(most));
  return note.empty() ? note : ": " + note;
}

double excess(const RunLosses& run) {
  return run.beyond.loss - run.within.loss;
}

// Of the longer sequence on the same tokens.
double change(const RunLosses& run) {
  return run.whole.loss - run.evaluated;
}

report::Table within_table(const std::vector<GroupLosses>& groups) {
  report::Table table;
  table.caption = "Loss in nats a token" + seeds_note(groups);
  table.columns = {"run",       "trained on", "evaluated on that", "read up to",
                   "within it", "beyond it",  "difference",        "longer, same tokens"};
  for (const auto& group : groups) {
    const RunLosses& first = group.runs.front();
    table.rows.push_back({group.name, std::to_string(first.training_length),
                          mean_cell(group, [](const RunLosses& run) { return run.evaluated; }),
                          std::to_string(first.length),
                          mean_cell(group, [](const RunLosses& run) { return run.within.loss; }),
                          mean_cell(group, [](const RunLosses& run) { return run.beyond.loss; }),
                          mean_cell(group, excess), mean_cell(group, change)});
  }
  return table;
}

// A column a model; models of other training lengths have other bins, and rows of their own.
report::Table bin_table(const std::vector<GroupLosses>& groups) {
  report::Table table;
  table.caption = "Loss by position" + seeds_note(groups);
  table.columns = {"places"};
  table.align = {report::Align::right};
  std::set<std::pair<std::int64_t, std::int64_t>> bins;
  for (const auto& group : groups) {
    table.columns.push_back(group.name);
    for (const auto& bin : group.runs.front().bins) bins.insert({bin.begin, bin.end});
  }
  for (const auto& [begin, end] : bins) {
    std::vector<std::string> row = {fmt::format("{} to {}", begin, end - 1)};
    for (const auto& group : groups)
      row.push_back(mean_cell(group, [begin = begin, end = end](const RunLosses& run) {
        const auto found = std::ranges::find_if(
            run.bins, [&](const PositionBin& bin) { return bin.begin == begin && bin.end == end; });
        return found == run.bins.end() ? std::nan("") : found->loss;
      }));
    table.rows.push_back(std::move(row));
  }
  return table;
}

nlohmann::ordered_json bin_json(const PositionBin& bin) {
  return {{"begin", bin.begin},
          {"end", bin.end},
          {"targets", bin.targets},
          {"loss", bin.loss},
          {"standard_error", bin.standard_error}};
}

nlohmann::ordered_json losses_json(const RunLosses& run) {
  nlohmann::ordered_json json = {{"seed", run.seed},
                                 {"folder", run.folder.string()},
                                 {"training_length", run.training_length},
                                 {"length", run.length},
                                 {"loss_at_training_length", run.evaluated},
                                 {"loss", run.whole.loss}};
  json["within"] = bin_json(run.within);
  json["beyond"] = bin_json(run.beyond);
  for (const auto& bin : run.bins) json["bins"].push_back(bin_json(bin));
  return json;
}

std::string group_remark(const GroupLosses& group) {
  const RunLosses& first = group.runs.front();
  const std::string within = mean_cell(group, [](const RunLosses& run) { return run.within.loss; });
  if (first.length <= first.training_length)
    return fmt::format(
        "{}: {} nats within the training length of {}; its table of positions ends at {}.",
        group.name, within, first.training_length, first.length);
  return fmt::format("{}: {} nats within the training length of {}, {} beyond it up to {}.",
                     group.name, within, first.training_length,
                     mean_cell(group, [](const RunLosses& run) { return run.beyond.loss; }),
                     first.length);
}

}  // namespace

int reproduce_loss_by_position(const StudyOptions& options) {
  const auto groups = losses_of_groups(options);
  Picture picture{"loss-by-position", "Loss by position in the sequence", kPositionsSay, {}, {}};
  PictureSection section{"Within and beyond the training length", {}};
  for (const auto& group : groups) {
    section.remarks.push_back(group_remark(group));
    auto& json = picture.numbers["models"].emplace_back();
    json["name"] = group.name;
    for (const auto& run : group.runs) json["runs"].push_back(losses_json(run));
  }
  section.charts = {{"loss-by-position", position_chart(groups)}};
  section.tables = {within_table(groups), bin_table(groups)};
  picture.sections = {std::move(section)};
  show_picture(picture, options);
  return 0;
}

}  // namespace roformer::study
