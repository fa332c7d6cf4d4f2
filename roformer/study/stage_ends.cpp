#include "roformer/study/stage_ends.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/train/run_extension.h"
#include "roformer/train/training_report.h"

namespace roformer::study {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

// A step's loss is that of a few hundred words: the mean of several lines of the log.
constexpr std::size_t kLoggedSteps = 10;

std::string to_toml(const data::Stage& stage) {
  std::string toml = fmt::format("{{length = {}, steps = {}", stage.length, stage.steps);
  if (stage.batch_size > 0) toml += fmt::format(", batch_size = {}", stage.batch_size);
  if (stage.batch_tokens > 0) toml += fmt::format(", batch_tokens = {}", stage.batch_tokens);
  if (stage.accumulate > 1) toml += fmt::format(", accumulate = {}", stage.accumulate);
  if (stage.learning_rate > 0) toml += fmt::format(", learning_rate = {}", stage.learning_rate);
  return toml + "}";
}

double last_mean(const fs::path& run, const char* name, std::int64_t begin, std::int64_t end) {
  const auto series = train::metric_series(run / "metrics.jsonl", "training", name, name);
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = series.x.size(); i-- > 0 && count < kLoggedSteps;) {
    if (series.x[i] <= static_cast<double>(begin) || series.x[i] > static_cast<double>(end))
      continue;
    sum += series.y[i];
    ++count;
  }
  base::require(count > 0,
                "[study] {}: expected logged steps in {} … {} but got none: give a "
                "smaller run.log_every",
                (run / "metrics.jsonl").string(), begin + 1, end);
  return sum / static_cast<double>(count);
}

train::Metrics metrics_of(const ordered_json& json) {
  train::Metrics metrics;
  for (const auto& [name, value] : json.items()) metrics.emplace_back(name, value.get<double>());
  return metrics;
}

fs::path end_file(const fs::path& run, std::size_t stage) {
  return run / fmt::format("stage-{}.json", stage + 1);
}

// What a stage's end hangs on: the recipe up to there, and how it is measured.
std::string key_of(const task::Recipe& recipe) {
  std::string text = fmt::format("evaluate.length={} evaluate.sequences={}",
                                 recipe.evaluation.length, recipe.evaluation.sequences);
  for (const auto& [key, value] : recipe.training.recipe)
    if (!train::is_without_effect(key)) text += fmt::format(" {}={}", key, value);
  return fmt::format("{:016x}", base::hash_bytes(text));
}

StageEnd read_end(const fs::path& file, const std::string& key) {
  StageEnd end;
  std::string found;
  try {
    const auto json = ordered_json::parse(base::read_file(file));
    found = json.at("recipe").get<std::string>();
    end = {metrics_of(json.at("training")), metrics_of(json.at("own_length")),
           metrics_of(json.at("fixed_length"))};
  } catch (const ordered_json::exception& error) {
    base::fail(
        "[study] {}: expected a stage's figures but got: {}; delete it, and they are measured "
        "again where no later stage has begun",
        file.string(), error.what());
  }
  base::require(
      found == key,
      "[study] {}: expected figures of this recipe but got those of another: give another "
      "--out, or delete the folder to begin anew",
      file.string());
  return end;
}

}  // namespace

ordered_json to_json(const train::Metrics& metrics) {
  ordered_json json;
  for (const auto& [name, value] : metrics) json[name] = value;
  return json;
}

ordered_json to_json(const StageEnd& end) {
  return {{"training", to_json(end.training)},
          {"own_length", to_json(end.own_length)},
          {"fixed_length", to_json(end.fixed_length)}};
}

// The recipe of the first stages alone: a run may be given more of them later.
task::Recipe StageRunner::recipe_to(std::int64_t seed, std::size_t stages) const {
  const auto& all = arms_.recipe().training.stages;
  std::vector<std::string> first;
  for (std::size_t i = 0; i < stages; ++i) first.push_back(to_toml(all[i]));
  task::Recipe recipe =
      arms_.recipe(arms_.arms().front(), seed, {fmt::format("stage=[{}]", fmt::join(first, ", "))});
  recipe.training.title += fmt::format(", stage {} of {}", stages, all.size());
  return recipe;
}

train::Metrics StageRunner::evaluate(std::int64_t seed, std::int64_t length) const {
  const Arm& arm = arms_.arms().front();
  const auto recipe = arms_.recipe(arm, seed, {fmt::format("evaluate.length={}", length)});
  return task::evaluate_model(recipe, material_, arms_.runs(arm)[static_cast<std::size_t>(seed)],
                              data::Split::test, torch::Device(arms_.options().device));
}

StageEnd StageRunner::measure(std::int64_t seed, std::size_t stage) const {
  const task::Recipe& recipe = arms_.recipe();
  const auto& stages = recipe.training.stages;
  const fs::path run = arms_.runs(arms_.arms().front())[static_cast<std::size_t>(seed)];
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < stage; ++i) begin += stages[i].steps;
  const std::int64_t end = begin + stages[stage].steps;
  const auto mean = [&](const char* name) { return last_mean(run, name, begin, end); };
  const std::int64_t own = stages[stage].length, fixed = recipe.evaluation.length;
  const train::Metrics of_own = evaluate(seed, own);
  return {{{"loss", mean("loss")}, {"accuracy", mean("accuracy")}},
          of_own,
          fixed == own ? of_own : evaluate(seed, fixed)};
}

int StageRunner::train(std::int64_t seed, std::vector<StageEnd>& ends) const {
  const fs::path run = arms_.runs(arms_.arms().front())[static_cast<std::size_t>(seed)];
  for (std::size_t stage = 0; stage < arms_.recipe().training.stages.size(); ++stage) {
    const fs::path file = end_file(run, stage);
    const task::Recipe recipe = recipe_to(seed, stage + 1);
    if (!fs::exists(file)) {
      base::require(!fs::exists(end_file(run, stage + 1)),
                    "[study] {}: expected it, since the next stage's figures are there, but it is "
                    "gone: delete the folder to begin anew",
                    file.string());
      train::RunFolder folder(run, /*resume=*/true);
      const auto outcome =
          task::run_training(recipe, material_, folder, torch::Device(arms_.options().device));
      if (outcome.signal != 0) return outcome.signal;
      ordered_json json = {{"recipe", key_of(recipe)}};
      json.update(to_json(measure(seed, stage)));
      base::write_file_atomically(file, json.dump(1) + "\n");
    }
    ends.push_back(read_end(file, key_of(recipe)));
    const auto& [training, own, fixed] = ends.back();
    spdlog::info(
        "stage {}: training loss {:.3f}, {:.1f} % right; held out loss {:.3f}, {:.1f} % right",
        stage + 1, training.at(0).second, 100 * training.at(1).second, own.at(0).second,
        100 * own.at(1).second);
  }
  return 0;
}

}  // namespace roformer::study
