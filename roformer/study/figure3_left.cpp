#include "roformer/study/figure3_left.h"

#include <fmt/format.h>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/pipeline/fill_mask.h"
#include "roformer/study/figure3_left_report.h"
#include "roformer/task/recipe_path.h"
#include "roformer/task/run_training.h"
#include "roformer/train/training_report.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSentences = 5;  // fit a screen

std::string recipe_name(const std::string& model, const std::string& scale) {
  return fmt::format("paper/figure3-left-{}{}", model, scale == "paper" ? "" : "-" + scale);
}

task::Recipe recipe_of(const Figure3LeftOptions& options, const std::string& model,
                       std::int64_t seed) {
  auto changes = options.changes;
  if (options.seeds > 1 || seed > 0) changes.push_back(fmt::format("run.seed={}", seed));
  task::Recipe recipe =
      task::read_recipe(task::find_recipe(recipe_name(model, options.scale)), changes);
  recipe.training.title = model == "bert" ? "BERT" : "RoFormer";
  if (options.seeds > 1) recipe.training.title += fmt::format(" seed {}", seed);
  return recipe;
}

fs::path run_path(const fs::path& out, const std::string& model, std::int64_t seed) {
  return out / (seed == 0 ? model : fmt::format("{}-seed{}", model, seed));
}

// Both models must see the same text in the same order, whatever the recipes say otherwise.
void require_same_data(const task::Recipe& a, const task::Recipe& b) {
  for (const auto& [key, value] : a.training.recipe) {
    const bool is_data = key.starts_with("data.") || key.starts_with("stage.") || key == "run.seed";
    base::require(!is_data || b.training.recipe.at(key) == value,
                  "[study] expected the same {} in both recipes but got {} and {}", key, value,
                  b.training.recipe.at(key));
  }
}

std::vector<std::string> first_guesses(const fs::path& folder,
                                       const std::vector<MaskedSentence>& sentences) {
  pipeline::FillMaskOptions options;
  options.top = 3;
  pipeline::FillMask fill_mask(folder, options);
  std::vector<std::string> lines;
  for (const auto& sentence : sentences) lines.push_back(sentence.text);
  std::vector<std::string> guesses;
  for (const auto& masks : fill_mask({lines})) {
    std::string text;
    for (const auto& candidate : masks.at(0)) text += (text.empty() ? "" : ", ") + candidate.token;
    guesses.push_back(text);
  }
  return guesses;
}

report::LineChart chart_of(const Figure3LeftOptions& options, const char* title,
                           const std::string& kind) {
  report::LineChart chart;
  chart.title = title;
  chart.x_title = "step";
  chart.y_title = "loss (nats a masked word)";
  for (const char* model : {"roformer", "bert"}) {
    for (std::int64_t seed = 0; seed < options.seeds; ++seed) {
      std::string name = std::string(model) == "bert" ? "BERT" : "RoFormer";
      if (options.seeds > 1) name += fmt::format(" seed {}", seed);
      chart.series.push_back(train::metric_series(
          run_path(options.out, model, seed) / "metrics.jsonl", kind, "loss", name));
    }
  }
  return chart;
}

LearningCurve curve_of(const Figure3LeftOptions& options, const std::string& model,
                       const std::string& name) {
  std::vector<fs::path> runs;
  for (std::int64_t seed = 0; seed < options.seeds; ++seed)
    runs.push_back(run_path(options.out, model, seed));
  return mean_curve(name, runs);
}

Figure3LeftResult gather(const Figure3LeftOptions& options, const task::Recipe& recipe,
                         const std::shared_ptr<const data::Corpus>& corpus) {
  Figure3LeftResult result;
  result.scale = options.scale;
  result.data = corpus->summary();
  result.roformer = curve_of(options, "roformer", "RoFormer");
  result.bert = curve_of(options, "bert", "BERT");
  result.guess = task::guess_accuracy(recipe, data::MaskedLanguageSource(corpus, recipe.seed));
  result.sentences = held_out_sentences(*corpus, kSentences);
  result.roformer_answers = first_guesses(run_path(options.out, "roformer", 0), result.sentences);
  result.bert_answers = first_guesses(run_path(options.out, "bert", 0), result.sentences);
  result.training_chart = chart_of(options, "Training loss", "training");
  result.held_out_chart = chart_of(options, "Held-out loss, fixed masking", "evaluation");
  return result;
}

}  // namespace

int reproduce_figure3_left(const Figure3LeftOptions& options) {
  const task::Recipe first = recipe_of(options, "roformer", 0),
                     second = recipe_of(options, "bert", 0);
  require_same_data(first, second);
  const auto corpus = task::open_corpus(first);
  for (std::int64_t seed = 0; seed < options.seeds; ++seed) {
    for (const char* model : {"roformer", "bert"}) {
      train::RunFolder folder(run_path(options.out, model, seed), /*resume=*/true);
      const auto outcome = task::run_training(recipe_of(options, model, seed), corpus, folder,
                                              torch::Device(options.device));
      if (outcome.signal != 0) return outcome.signal;
    }
  }
  Figure3LeftResult result = gather(options, first, corpus);
  result.recipes = {{"RoFormer", first.resolved.to_toml()}, {"BERT", second.resolved.to_toml()}};
  print_result(result);
  write_result(result, options.out / "report.html");
  fmt::print("\nReport with the plots: {}\nModels: {} and {}\n",
             (options.out / "report.html").string(), run_path(options.out, "roformer", 0).string(),
             run_path(options.out, "bert", 0).string());
  return 0;
}

}  // namespace roformer::study
