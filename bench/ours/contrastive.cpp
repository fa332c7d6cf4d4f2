// The batches that a recipe of task.kind = "embedding" trains on, as JSON: bench/contrastive.py gives
// them to sentence-transformers, and measures `roformer train` itself.
#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
#include "roformer/base/file.h"
#include "roformer/labelled/example_source.h"
#include "roformer/task/embedding_task.h"
#include "roformer/task/recipe.h"
#include "roformer/task/text_material.h"

namespace {

using namespace roformer;

// Texts and partners, a list of ids each, and the labels of pairs.
nlohmann::json columns_of(const labelled::EmbeddingCorpus& text,
                          const labelled::ExampleBatch& examples) {
  nlohmann::json columns =
      nlohmann::json::array({nlohmann::json::array(), nlohmann::json::array()});
  std::vector<double> labels;
  for (const std::int64_t example : examples.examples) {
    const auto rows = text.part(examples.split).rows_of(example);
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      const auto ids = text.part(examples.split).ids(row);
      columns[static_cast<std::size_t>(row - rows.begin)].push_back(
          std::vector<std::int32_t>(ids.begin(), ids.end()));
    }
    labels.push_back(text.labels(examples.split)[static_cast<std::size_t>(example)]);
  }
  return {{"columns", columns}, {"labels", labels}};
}

nlohmann::json batches_of(const task::Recipe& recipe, std::int64_t steps) {
  const auto material = task::open_material(recipe);
  const auto text = task::text_of<task::EmbeddingTask>(*material);
  const labelled::ExampleSource source(text, recipe.seed);
  data::BatchRequest request{.stage = recipe.training.stages.front()};
  nlohmann::json batches = nlohmann::json::array();
  for (; request.step < steps; ++request.step)
    batches.push_back(columns_of(*text, source.batch(request)));
  return batches;
}

}  // namespace

void bench::add_contrastive(CLI::App& program) {
  struct Options {
    std::string recipe, out;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      program.add_subcommand("contrastive", "the batches of a recipe of pairs with labels");
  command->add_option("recipe", options->recipe, "a TOML file, its one stage in steps")->required();
  command->add_option("out", options->out, "write them here")->required();
  command->callback([options] {
    const task::Recipe recipe = task::read_recipe(options->recipe);
    const auto batches = batches_of(recipe, recipe.training.stages.front().steps);
    base::write_file_atomically(options->out, batches.dump());
    fmt::print("{}\n", nlohmann::json{{"batches", batches.size()}}.dump());
  });
}
