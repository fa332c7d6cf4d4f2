// Recipes in epochs: how many steps they are once the text is open.
#pragma once
#include <vector>

#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::task {

/// The micro-batches of an epoch of each stage; empty for a recipe whose steps and intervals do not
/// ask for them.
std::vector<double> batches_in_epochs(const Recipe& recipe, const RecipeTask& task);

/// recipe.training with the steps of each stage, which its flat recipe then has too
/// ("stage.0.steps"), with the schedule's total and warm-up, and with the intervals that are
/// 0 in the recipe as the steps of an epoch: of the first stage in epochs, else of the first.
train::TrainingOptions training_in_steps(const Recipe& recipe,
                                         const std::vector<double>& batches_in_epochs);

}  // namespace roformer::task
