// The sections [model] and [data] of a recipe, which hang on what is learned.
#pragma once
#include "roformer/task/recipe.h"

namespace roformer::task {

/// [model] of a language model: a preset and what is changed of it.
void read_model(const base::TomlTable& root, Recipe& recipe);
/// [model] of a translation model: one side of it, and decoder_layers.
void read_translation_model(const base::TomlTable& root, Recipe& recipe);

/// [data] of a language model.
void read_data(const base::TomlTable& root, Recipe& recipe);
/// [data] of a translation model.
void read_parallel_data(const base::TomlTable& root, Recipe& recipe);

}  // namespace roformer::task
