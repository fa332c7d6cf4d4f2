// Tasks made from recipes, whichever their kind: what training, evaluation and the studies need of
// them.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "roformer/data/split.h"
#include "roformer/task/recipe.h"
#include "roformer/train/task.h"

namespace roformer::task {

class RecipeTask : public train::Task {
 public:
  /// Training sequences of one length: an epoch.
  virtual std::int64_t num_sequences(std::int64_t length) const = 0;
  /// Figures of a held-out part: those of evaluate() and what stands beside them. Throws Error for a
  /// part that the recipe does not hold out.
  virtual train::Metrics figures(data::Split split) = 0;
};

/// The opened text of a recipe, of which any number of tasks can be made: several seeds, several
/// models.
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

/// Figures of the model in a folder on a held-out part of the recipe's text, in the model's own
/// words.
train::Metrics evaluate_model(Recipe recipe, const std::filesystem::path& folder, data::Split split,
                              torch::Device device);

}  // namespace roformer::task
