// A recipe: one TOML file that says what is learned, from what, by what, how long. Sections [task],
// [model], [data],
// [[stage]], [optimizer], [schedule], [checkpoint], [evaluate], [run].
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/data/data_options.h"
#include "roformer/model/config.h"
#include "roformer/parallel/parallel_options.h"
#include "roformer/task/resolved_recipe.h"
#include "roformer/train/training_options.h"

namespace roformer::task {

/// [evaluate]: held-out text under a fixed masking, the same whatever the training seed.
struct EvaluationOptions {
  std::int64_t every = 1000;         // steps
  std::int64_t length = 0;           // tokens of a sequence; 0: the last stage's
  std::int64_t sequences = 500;      // held-out sequences; 0: all
  std::int64_t batch_tokens = 8192;  // tokens in one forward pass
  // Translation: BLEU of the first so many of these; 0: none, −1: all. Beam search as for the score
  // that is reported.
  std::int64_t bleu_sentences = 500;
  std::int64_t beam_size = 4;
  double length_penalty = 0.6;  // section 4.1.2 of the paper
};

/// [task] of translation.
struct TranslationOptions {
  double label_smoothing = 0.1;     // fairseq's ε, section 4.1.2 of the paper
  std::int64_t decoder_layers = 0;  // 0: as many as the encoder has
};

/// task.kind: what is learned.
constexpr const char* masked_language_kind = "masked_lm";
/// Another kind.
constexpr const char* causal_language_kind = "causal_lm";
/// From one language to another.
constexpr const char* translation_kind = "translation";

struct Recipe {
  std::filesystem::path path;
  std::string name;                         // the file's, without folder and ending
  std::string task = masked_language_kind;  // or another kind
  model::EncoderConfig model;               // vocab_size 0: the vocabulary's; translation: a side
  data::DataOptions data;                   // of language models
  parallel::ParallelOptions parallel;       // of translation
  TranslationOptions translation;
  EvaluationOptions evaluation;
  train::TrainingOptions training;  // with seed, intervals and the flat recipe
  std::uint64_t seed = 0;
  std::int64_t threads = 0;  // 0: as many as the machine has
  ResolvedRecipe resolved;
};

/// Reads a recipe with `section.key=value` changes applied. Text and vocabulary files that are not
/// found from the working folder are looked for from the recipe's folder. Throws Error naming file,
/// line and key for whatever is unknown, of the wrong type or out of range.
Recipe read_recipe(const std::filesystem::path& path, const std::vector<std::string>& changes = {});

/// The same from text; `path` is the file's, for messages and for finding files beside it.
Recipe parse_recipe(std::string_view text, const std::filesystem::path& path);

}  // namespace roformer::task
