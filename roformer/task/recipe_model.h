// What kinds share: the recipe's model for a vocabulary, and a checkpoint as the recipe's model.
#pragma once
#include <fmt/ranges.h>

#include <filesystem>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/checkpoint/load.h"
#include "roformer/task/recipe.h"
#include "roformer/task/recipe_sections.h"
#include "roformer/text/tokenizer.h"

namespace roformer::task {

/// The recipe's model with the vocabulary's size filled in. Throws Error if model.vocab_size is
/// another one.
model::EncoderConfig with_vocabulary(const Recipe& recipe, const text::Tokenizer& tokenizer);

/// Throws Error naming both where position encoding, attention or direction of the checkpoint are
/// not the recipe's.
void require_recipe_model(const Recipe& recipe, const model::EncoderConfig& found,
                          const std::filesystem::path& folder);

/// Throws Error if a model has fewer words than the vocabulary.
void require_words(const model::EncoderConfig& config, const text::Tokenizer& tokenizer);

/// The configuration of the checkpoint that a training begins with, with the recipe's dropout.
/// Throws Error where it is not the recipe's.
checkpoint::CheckpointConfig starting_config(const Recipe& recipe,
                                             const checkpoint::Folder& folder);

/// The model that a training begins with: one whose weights are drawn from the recipe's seed, or
/// that of recipe.checkpoint with the recipe's dropout, whose head is drawn, with a warning, where
/// the folder has none. `make` makes a module, a shared_ptr, of both configurations. Throws Error
/// where the checkpoint's is not the recipe's.
template <typename Make>
auto make_starting_model(const Recipe& recipe, const text::Tokenizer& tokenizer, const Make& make) {
  if (recipe.checkpoint.empty()) {
    const model::EncoderConfig config = with_vocabulary(recipe, tokenizer);
    model::validate(config);
    torch::manual_seed(base::derive(recipe.seed, base::SeedUse::weights));
    return make(config, model::HeadConfig());
  }
  const checkpoint::Folder folder(recipe.checkpoint);
  const checkpoint::CheckpointConfig config = starting_config(recipe, folder);
  torch::manual_seed(base::derive(recipe.seed, base::SeedUse::weights));
  decltype(make(config.encoder, config.head)) module;
  const auto remake = [&]() -> std::shared_ptr<torch::nn::Module> {
    return module = make(config.encoder, config.head);
  };
  checkpoint::warn_of_missing(checkpoint::read_encoder(remake, folder), folder.path());
  return module;
}

/// The same of a module holder.
template <typename Module>
Module starting_model(const Recipe& recipe, const text::Tokenizer& tokenizer) {
  return Module(make_starting_model(
      recipe, tokenizer, [](const model::EncoderConfig& config, const model::HeadConfig& head) {
        return Module(config, head).ptr();
      }));
}

/// The model of a folder, which must be the recipe's and whole. `what` names it in messages.
template <typename Module>
Module load_recipe_model(const Recipe& recipe, const std::filesystem::path& folder,
                         const char* what) {
  auto loaded = checkpoint::load_model<Module>(folder);
  require_recipe_model(recipe, loaded.config.encoder, folder);
  base::require(loaded.report.missing.empty(),
                "[task] expected a {} in {} but these weights are missing: {}", what,
                folder.string(), fmt::join(loaded.report.missing, ", "));
  return loaded.module;
}

/// Reads the weights of a run's own checkpoint back.
void restore_weights(torch::nn::Module& module, const std::filesystem::path& folder);

}  // namespace roformer::task
