// The sections [model] and [data] of a recipe, which hang on what is learned: for the kinds to read
// theirs with. No tensors here.
#pragma once
#include "roformer/data/data_options.h"
#include "roformer/parallel/parallel_options.h"
#include "roformer/task/recipe.h"

namespace roformer::task {

/// [model] of a language model: a preset and what is changed of it.
void read_model(const base::TomlTable& root, bool is_decoder, Recipe& recipe);
/// [model] of a translation model: one side of it. Returns decoder_layers.
std::int64_t read_translation_model(const base::TomlTable& root, Recipe& recipe);

/// Throws Error where a model's sizes do not fit each other, whatever the vocabulary; `where` says
/// whose they are.
void require_sound(model::EncoderConfig model, const std::string& where);
/// Throws Error where a table of positions has no room for `longest` tokens, which are `what`.
void require_positions(const model::EncoderConfig& model, std::int64_t longest, const char* what);

/// [data] of a language model.
data::DataOptions read_data(const base::TomlTable& root, data::DataUse use, Recipe& recipe);
/// [data] of a translation model.
parallel::ParallelOptions read_parallel_data(const base::TomlTable& root, Recipe& recipe);

}  // namespace roformer::task
