// README.md of a run's folder and of its best model: what the model is, what it learned from, how
// well, and what it is not good for. Made of the run's own facts alone. No tensors here.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "roformer/task/recipe.h"

namespace roformer::task {

/// Figures on the validation part.
struct CardEvaluation {
  std::int64_t step = 0;
  std::vector<std::pair<std::string, double>> figures = {};
};

/// What a card says of a model.
struct ModelCard {
  std::string name = {};                           // of the run's folder
  std::string task = {};                           // name of the kind
  std::string architecture = {}, model_type = {};  // as config.json has them
  std::int64_t parameters = 0;
  std::vector<std::pair<std::string, std::string>> sizes = {};
  std::vector<std::string> labels = {};  // in the order of their numbers; of most models none
  std::string data = {}, epoch = {};     // Material::summary, RecipeTask::epoch
  std::int64_t longest = 0;              // tokens of a sequence in training
  std::int64_t evaluated = 0;            // validation sequences at most; 0: all
  std::string started_from = {};         // model.checkpoint; empty: drawn anew
  std::int64_t step = 0, total_steps = 0;
  std::int64_t chosen_among = 0;  // evaluations whose best one this model is of; 0: it is the last
  std::optional<CardEvaluation> last = {}, best = {};
  std::uint64_t seed = 0;
  std::vector<std::string> uses = {};  // Kind::uses
  std::string recipe = {};             // TOML
};

/// Markdown with the front matter that Hugging Face's Hub reads, and a comment by which a card of
/// ours is known. It names no licence, which is for the owner of model and data to choose.
std::string to_markdown(const ModelCard& card);

/// Writes README.md into the folder. One that is there and no card of ours, or no longer, stays,
/// which is said on standard error; returns whether it was written.
bool write_model_card(const std::filesystem::path& folder, const ModelCard& card);

/// What only the opened text and the model know.
struct LearnedFacts {
  std::string data, epoch;
  std::int64_t parameters = 0;
  std::int64_t total_steps = 0;  // epochs resolved
};

/// The cards of a run that has a checkpoint: in its folder, and in best/ if there is one. Called
/// whenever a run ends, so that the card of a resumed run is of its last step. Throws Error where a
/// file of the run cannot be read.
void write_model_cards(const Recipe& recipe, const LearnedFacts& facts,
                       const std::filesystem::path& run);

}  // namespace roformer::task
