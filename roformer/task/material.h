// The opened text of a recipe and the tasks that are made of it, whichever their kind; training and
// evaluation, as the commands and the studies call them.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/product/compute_type.h"
#include "roformer/task/recipe.h"
#include "roformer/train/trainer.h"

namespace roformer::task {

/// What stands for the text's content in the recipe that a run keeps, beside its keys.
inline constexpr const char* kContentKey = "data (content of the text and vocabulary)";

/// What stands there for the weights that a run with model.checkpoint has begun with.
inline constexpr const char* kStartKey = "model (weights that it began with)";

class RecipeTask : public train::Task {
 public:
  /// What is learned from in an epoch, for people: "12 sequences of 512 tokens".
  virtual std::string epoch() const = 0;
  /// Micro-batches of a stage that have all of the training part once; a share of one is made with
  /// the next epoch.
  virtual double batches_in_epoch(const data::Stage& stage) const = 0;
  /// Adds what stands beside a held-out part's figures where a finished model is evaluated.
  virtual void add_figures(data::Split /*split*/, train::Metrics& /*figures*/) const {}
};

/// Any number of tasks can be made of a text: several seeds, several models.
class Material {
 public:
  virtual ~Material() = default;
  /// A line for people.
  virtual std::string summary() const = 0;
  /// Changes with the text and the vocabulary, whatever the files are called.
  virtual std::string fingerprint() const = 0;

  /// The recipe's task with the recipe's model, its weights drawn from the recipe's seed. Throws
  /// Error where text, vocabulary and model do not fit each other.
  virtual std::unique_ptr<RecipeTask> make_task(const Recipe& recipe,
                                                torch::Device device) const = 0;
  /// The same with the model of a checkpoint folder. Throws Error where that is another model than
  /// the recipe's.
  virtual std::unique_ptr<RecipeTask> load_task(const Recipe& recipe,
                                                const std::filesystem::path& folder,
                                                torch::Device device) const = 0;
};

/// Opens the text that the recipe describes and says on standard error what it is.
std::shared_ptr<const Material> open_material(const Recipe& recipe);
/// The same with the vocabulary of a model's folder in place of the recipe's.
std::shared_ptr<const Material> open_material(const Recipe& recipe,
                                              const std::filesystem::path& vocabulary);

/// Numbers that a module learns.
std::int64_t count_parameters(const torch::nn::Module& module);

/// Trains in `folder`, or goes on there, until the end or a signal; writes recipe.toml, report.html
/// and the model's card (model_card.h) too. Throws Error as train::Trainer and Material do.
train::Outcome run_training(const Recipe& recipe, const Material& material,
                            train::RunFolder& folder, torch::Device device);

/// Figures of the model in a folder on a held-out part of the recipe's text, in the model's own
/// words. Warns where the files that its run has learned from have another content now. Throws Error
/// for a part that the recipe does not hold out. `compute_type`: of the products of linear layers on
/// the CPU as in pipeline::settle, but of the words that a loss is of, which stay float32.
train::Metrics evaluate_model(const Recipe& recipe, const std::filesystem::path& folder,
                              data::Split split, torch::Device device,
                              std::optional<product::ComputeType> compute_type = {});
/// The same on a text that is open, with the vocabulary of the model.
train::Metrics evaluate_model(const Recipe& recipe, const Material& material,
                              const std::filesystem::path& folder, data::Split split,
                              torch::Device device,
                              std::optional<product::ComputeType> compute_type = {});

/// Figures of the model in a folder on labelled files, which alone are read: the labels are the
/// model's, the columns the recipe's. Throws Error naming file and line for a label that the model
/// does not know, and for a recipe of other than labelled examples.
train::Metrics evaluate_files(const Recipe& recipe, const std::vector<std::string>& files,
                              const std::filesystem::path& folder, torch::Device device,
                              std::optional<product::ComputeType> compute_type = {});

}  // namespace roformer::task
