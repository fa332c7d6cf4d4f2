#include "roformer/study/encoding_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/study/learning_curve.h"
#include "roformer/train/metrics_log.h"
#include "roformer/train/task.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLongestFactor = *std::rbegin(kLengthFactors);

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
    row.result = describe_arm(arms_, arm);
    row.parameters =
        task::count_parameters(material_.make_task(arms_.recipe(arm, 0), device_)->module());
    for (const fs::path& run : arms_.runs(arm)) add_run(run, row);
    for (const std::int64_t factor : kLengthFactors)
      row.by_length.push_back(losses_at(arm, factor));
    row.result.losses = {row.losses.back(), row.by_length.front()};
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
      const auto task = material_.load_task(recipe_at_length(arms_, arm, seed, factor),
                                            folders[static_cast<std::size_t>(seed)], device_);
      losses.push_back(train::evaluate(*task, data::Split::test).front().second);
    }
    return losses;
  }

  const Arms& arms_;
  const task::Material& material_;
  torch::Device device_;
};

}  // namespace

task::Recipe recipe_at_length(const Arms& arms, const Arm& arm, std::int64_t seed,
                              std::int64_t factor) {
  const auto usual = arms.recipe(arm, seed).evaluation;
  const std::int64_t most =
      usual.sequences == 0 ? 0 : std::max<std::int64_t>(1, usual.sequences / factor);
  return arms.recipe(arm, seed,
                     {fmt::format("evaluate.length={}", factor * usual.length),
                      fmt::format("evaluate.sequences={}", most),
                      fmt::format("evaluate.passage={}", kLongestFactor * usual.length)});
}

std::vector<EncodingRow> encoding_rows(const Arms& arms, const task::Material& material) {
  const Rows reader(arms, material);
  std::vector<EncodingRow> rows;
  for (const Arm& arm : arms.arms()) rows.push_back(reader.row(arm));
  std::stable_sort(rows.begin(), rows.end(), [](const EncodingRow& a, const EncodingRow& b) {
    return metric::mean_of(a.test_losses()) < metric::mean_of(b.test_losses());
  });
  return rows;
}

nlohmann::ordered_json encoding_numbers(const std::vector<EncodingRow>& rows,
                                        std::int64_t training_length) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const EncodingRow& row : rows) {
    nlohmann::ordered_json one = {
        {"name", row.name()}, {"parameters", row.parameters}, {"tokens_per_second", row.speeds}};
    for (std::size_t i = 0; i < row.by_length.size(); ++i)
      one["test_loss_by_length"][std::to_string(kLengthFactors[i] * training_length)] =
          row.by_length[i];
    json.push_back(std::move(one));
  }
  return json;
}

std::string length_sentence(const std::vector<EncodingRow>& rows) {
  std::vector<std::string> changes;
  for (const EncodingRow& row : rows) {
    const auto &usual = row.by_length.front(), &longest = row.by_length.back();
    if (longest.empty()) continue;
    changes.push_back(
        fmt::format("{} {}", row.name(),
                    metric::format_difference(metric::paired_difference(usual, longest), 3)));
  }
  if (changes.empty()) return "";
  return fmt::format(
      "On sequences {} times as long as in training, the same text, the loss changes by: {}.",
      kLongestFactor, fmt::join(changes, "; "));
}

}  // namespace roformer::study
