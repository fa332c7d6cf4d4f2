// The batches that a recipe of task.kind = "classification" trains on, as JSON: bench/fine_tuning.py
// gives them to the peers, and measures `roformer train` itself.
#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
#include "roformer/base/file.h"
#include "roformer/labelled/example_source.h"
#include "roformer/task/label_task.h"
#include "roformer/task/recipe.h"
#include "roformer/task/text_material.h"

namespace {

using namespace roformer;

// A list a sequence.
nlohmann::json by_sequence(const std::vector<std::int64_t>& values,
                           const std::vector<std::int32_t>& begins) {
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t i = 0; i + 1 < begins.size(); ++i)
    rows.push_back(
        std::vector<std::int64_t>(values.begin() + begins[i], values.begin() + begins[i + 1]));
  return rows;
}

nlohmann::json training_batches(const task::Recipe& recipe) {
  const auto material = task::open_material(recipe);
  const auto text = task::text_of<task::LabelTask>(*material);
  const labelled::ExampleSource source(text, recipe.seed);
  const auto& stages = recipe.training.stages;
  nlohmann::json batches = nlohmann::json::array();
  std::optional<data::BatchRequest> request = data::first_request(stages, 0);
  for (; request; request = data::next_request(stages, *request)) {
    const labelled::ExampleBatch rows = source.batch(*request);
    std::vector<std::int64_t> classes;
    for (const std::int64_t row : rows.rows)
      classes.push_back(text->classes(rows.split)[static_cast<std::size_t>(row)]);
    batches.push_back({{"ids", by_sequence(rows.batch.tokens, rows.batch.cu_seqlens)},
                       {"type_ids", by_sequence(rows.batch.segment_ids, rows.batch.cu_seqlens)},
                       {"classes", classes}});
  }
  return batches;
}

}  // namespace

void bench::add_fine_tuning(CLI::App& program) {
  struct Options {
    std::string recipe, out;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      program.add_subcommand("fine-tuning", "the batches of a recipe of labelled rows");
  command->add_option("recipe", options->recipe, "a TOML file")->required();
  command->add_option("out", options->out, "write them here")->required();
  command->callback([options] {
    const auto batches = training_batches(task::read_recipe(options->recipe));
    base::write_file_atomically(options->out, batches.dump());
    fmt::print("{}\n", nlohmann::json{{"batches", batches.size()}}.dump());
  });
}
