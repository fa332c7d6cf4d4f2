#include "roformer/task/material.h"

#include <fmt/ranges.h>

#include <cmath>
#include <optional>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/non_finite.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/pipeline/settle.h"
#include "roformer/task/epochs.h"
#include "roformer/task/kind.h"
#include "roformer/task/labelled_kind.h"
#include "roformer/task/model_card.h"
#include "roformer/train/run_extension.h"
#include "roformer/train/run_folder.h"
#include "roformer/train/task.h"
#include "roformer/train/training_report.h"
#include "roformer/train/training_state.h"

namespace roformer::task {

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

namespace {

// What a run has learned, as it was written with its last checkpoint.
std::optional<train::FlatRecipe> learned_recipe(const std::filesystem::path& model) {
  const std::filesystem::path own = own_recipe(model);
  const auto last = own.empty() ? std::nullopt : train::last_checkpoint(own.parent_path());
  if (!last || !std::filesystem::exists(*last / "state.json")) return std::nullopt;
  return train::load_state(*last / "state.json").recipe;
}

// A number of the weights that a run begins with: under the same name there may be others later.
std::optional<std::string> starting_weights(const Recipe& recipe) {
  if (recipe.checkpoint.empty()) return std::nullopt;
  const std::filesystem::path folder = checkpoint::folder_of(recipe.checkpoint);
  std::uint64_t sum = 0;  // whatever order the files come in
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string ending = file.path().extension().string();
    if (ending == ".safetensors" || ending == ".bin" || ending.starts_with(".data-"))
      sum += base::hash_bytes(base::read_file(file.path()));
  }
  return fmt::format("{:016x}", sum);
}

// "data.text = ["/books/a.txt"]", and each other key that names files of text.
std::string text_files_of(const Recipe& recipe) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : recipe.training.recipe) {
    if (train::names_text(key)) keys.push_back(fmt::format("{} = {}", key, value));
  }
  return fmt::format("{}", fmt::join(keys, ", "));
}

// Where the same files and options are read as in training, the same text is expected.
void warn_of_other_content(const Recipe& recipe, const Material& material,
                           const std::filesystem::path& model) {
  const auto learned = learned_recipe(model);
  if (!learned || !learned->contains(kContentKey)) return;
  const auto counts = [](const std::string& key) {
    return key == "task.kind" || (key.starts_with("data.") && key != "data.cache");
  };
  if (train::first_difference(*learned, recipe.training.recipe, counts)) return;
  if (learned->at(kContentKey) == material.fingerprint()) return;
  spdlog::warn(
      "the text is another one than {} was trained on, and so may be what is held out: {} has "
      "changed since then",
      model.string(), text_files_of(recipe));
}

void say_what_is_left_out(const Recipe& recipe) {
  for (const std::string& line : recipe.left_out) spdlog::warn("{}", line);
}

// "3.1 M parameters", and how many of them are not learned.
std::string parameters_in_words(const torch::nn::Module& module) {
  constexpr double million = 1e6;
  std::int64_t frozen = 0;
  for (const auto& parameter : module.parameters())
    if (!parameter.requires_grad()) frozen += parameter.numel();
  std::string all =
      fmt::format("{:.1f} M parameters", static_cast<double>(count_parameters(module)) / million);
  if (frozen == 0) return all;
  return fmt::format("{}, of which {:.1f} M are frozen", all,
                     static_cast<double>(frozen) / million);
}

void describe(const Recipe& recipe, const train::TrainingOptions& training, RecipeTask& task) {
  say_what_is_left_out(recipe);
  const bool in_epochs = !data::have_steps(recipe.training.stages);
  spdlog::info("{}: {}, {} steps{}, {} an epoch", recipe.name, parameters_in_words(task.module()),
               data::total_steps(training.stages),
               in_epochs ? fmt::format(" ({})", data::duration_in_words(recipe.training.stages))
                         : std::string(),
               task.epoch());
  const train::Schedule& schedule = training.schedule;
  const auto asked = training.recipe.find("schedule.warmup_steps");
  if (asked != training.recipe.end() && asked->second != to_toml(schedule.warmup_steps))
    spdlog::warn(
        "schedule.warmup_steps = {} is more than the {} steps of the run: {} instead, a tenth",
        asked->second, schedule.total_steps, schedule.warmup_steps);
}

}  // namespace

std::shared_ptr<const Material> open_material(const Recipe& recipe) {
  return open_material(recipe, recipe.checkpoint);
}

std::shared_ptr<const Material> open_material(const Recipe& recipe,
                                              const std::filesystem::path& vocabulary) {
  std::shared_ptr<const Material> material;
  base::at_place(fmt::format("[recipe] {}", recipe.path.string()), [&] {
    material = find_kind(recipe.task, recipe.path.string()).open(recipe, vocabulary);
  });
  spdlog::info("data: {}", material->summary());
  return material;
}

train::Outcome run_training(const Recipe& recipe, const Material& material,
                            train::RunFolder& folder, torch::Device device) {
  const auto task = material.make_task(recipe, device);
  train::TrainingOptions training = training_in_steps(recipe, batches_in_epochs(recipe, *task));
  training.recipe[kContentKey] = material.fingerprint();
  if (const auto start = starting_weights(recipe)) training.recipe[kStartKey] = *start;
  describe(recipe, training, *task);
  const std::int64_t total_steps = data::total_steps(training.stages);
  train::Trainer trainer(*task, std::move(training), folder);
  const std::string recipe_text = recipe.resolved.to_toml();
  base::write_file_atomically(folder.path() / "recipe.toml", recipe_text);
  const auto outcome = trainer.run();
  train::write_training_report(folder.path(), recipe.name, recipe_text);
  write_model_cards(recipe,
                    {.data = material.summary(),
                     .epoch = task->epoch(),
                     .parameters = count_parameters(task->module()),
                     .total_steps = total_steps},
                    folder.path());
  return outcome;
}

train::Metrics evaluate_model(const Recipe& recipe, const std::filesystem::path& folder,
                              data::Split split, torch::Device device,
                              std::optional<product::ComputeType> compute_type) {
  base::require(std::filesystem::is_directory(folder),
                "[task] expected a checkpoint folder at {} but there is none", folder.string());
  say_what_is_left_out(recipe);
  const auto material = open_material(recipe, folder);
  warn_of_other_content(recipe, *material, folder);
  return evaluate_model(recipe, *material, folder, split, device, compute_type);
}

train::Metrics evaluate_files(const Recipe& recipe, const std::vector<std::string>& files,
                              const std::filesystem::path& folder, torch::Device device,
                              std::optional<product::ComputeType> compute_type) {
  say_what_is_left_out(recipe);
  const Recipe of_files = recipe_of_files(recipe, files, folder);
  return evaluate_model(of_files, *open_material(of_files, folder), folder, data::Split::test,
                        device, compute_type);
}

train::Metrics evaluate_model(const Recipe& recipe, const Material& material,
                              const std::filesystem::path& folder, data::Split split,
                              torch::Device device,
                              std::optional<product::ComputeType> compute_type) {
  const auto task = material.load_task(recipe, folder, device);
  pipeline::settle(task->module(),
                   {.name = folder.string(), .device = device, .compute_type = compute_type});
  train::Metrics figures = train::evaluate(*task, split);
  task->add_figures(split, figures);
  for (const auto& [name, value] : figures)
    base::require(std::isfinite(value),
                  "[task] {}: expected a finite {} but got {}: the model's weights are damaged",
                  folder.string(), name, base::non_finite_word(value));
  return figures;
}

}  // namespace roformer::task
