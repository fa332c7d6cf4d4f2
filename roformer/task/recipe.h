// A recipe: one TOML file that says what is learned, from what, by what, how long. Sections [task],
// [model], [data],
// [[stage]], [optimizer], [schedule], [checkpoint], [evaluate], [run].
#pragma once
#include <any>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/model/config.h"
#include "roformer/task/resolved_recipe.h"
#include "roformer/train/training_options.h"

namespace roformer::task {

/// [evaluate]: held-out text, the same whatever the training seed.
struct EvaluationOptions {
  std::int64_t every = 1000;         // steps; 0: at the end of each epoch
  std::int64_t length = 0;           // tokens of a sequence; 0: the last stage's
  std::int64_t sequences = 500;      // held-out sequences; 0: all
  std::int64_t passage = 0;          // causal: tokens that are drawn together; 0: length
  std::int64_t batch_tokens = 8192;  // tokens in one forward pass
};

/// How the layers of an encoder learn (layer_rates.h).
struct LayerOptions {
  double decay = 1;                // of learning rates, from a layer to the one below it
  std::int64_t frozen_layers = 0;  // the lowest that do not learn, nor do the embeddings then
  bool frozen_embeddings = false;
  friend bool operator==(const LayerOptions&, const LayerOptions&) = default;
};

struct Recipe {
  std::filesystem::path path;
  std::string name;                // the file's, without folder and ending
  std::string task = "masked_lm";  // the name of a kind (kind.h)
  model::EncoderConfig model;      // vocab_size 0: the vocabulary's; of two sides: each
  std::string checkpoint;          // the folder whose model is learned on; empty: drawn anew
  std::any options;                // what the kind has of its own: options_of
  LayerOptions layers;
  EvaluationOptions evaluation;
  // With seed, intervals and the flat recipe; steps may be unknown before the text is (epochs.h).
  train::TrainingOptions training;
  std::uint64_t seed = 0;
  std::int64_t threads = 0;  // 0: as many as the machine has
  ResolvedRecipe resolved;
  // A line for each key of the file that is left out, since a change leaves it without effect.
  std::vector<std::string> left_out;
};

/// What the recipe's kind has of its own. Throws Error where that is not `Options`: another kind.
template <typename Options>
const Options& options_of(const Recipe& recipe) {
  const auto* options = std::any_cast<Options>(&recipe.options);
  base::require(options != nullptr, "[recipe] {}: expected another task.kind but got \"{}\"",
                recipe.path.string(), recipe.task);
  return *options;
}

/// The file itself if `name` is the path of one; otherwise recipes/{name}[.toml] of the source tree
/// or of the installation that the program lies in (share/roformer/recipes), or of the folder that
/// ROFORMER_RECIPES names. Throws Error that lists what there is.
std::filesystem::path find_recipe(const std::string& name);

/// The names that find_recipe knows, sorted.
std::vector<std::string> recipe_names();

/// The recipe that a model was trained by, if its folder lies in a run's: at its top, in best/, in
/// checkpoints/step-N or in training/step-N/model. Empty otherwise.
std::filesystem::path own_recipe(const std::filesystem::path& model);

/// Reads a recipe with `section.key=value` changes applied. A key of the file that a change leaves
/// without effect is left out; one that is without effect anyway is an error. Text and vocabulary
/// files that are not
/// found from the working folder are looked for from the recipe's folder. Throws Error naming file,
/// line and key for whatever is unknown, of the wrong type or out of range.
Recipe read_recipe(const std::filesystem::path& path, const std::vector<std::string>& changes = {});

/// The same from text; `path` is the file's, for messages and for finding files beside it.
Recipe parse_recipe(std::string_view text, const std::filesystem::path& path);

}  // namespace roformer::task
