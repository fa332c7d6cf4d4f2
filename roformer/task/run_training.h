// From a recipe to a trained model in a folder: what `roformer train` and the studies call.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <memory>

#include "roformer/data/corpus.h"
#include "roformer/task/recipe.h"
#include "roformer/train/trainer.h"

namespace roformer::task {

/// Opens the corpus that the recipe describes and says on standard error what it is.
std::shared_ptr<const data::Corpus> open_corpus(const Recipe& recipe);

/// Trains in `folder`, or goes on there, until the end or a signal; writes recipe.toml and
/// report.html too. Throws Error as train::Trainer and data::Corpus do.
train::Outcome run_training(const Recipe& recipe, std::shared_ptr<const data::Corpus> corpus,
                            train::RunFolder& folder, torch::Device device);

}  // namespace roformer::task
