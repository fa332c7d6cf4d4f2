#include "roformer/task/recipe.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/generate/beam_options.h"
#include "roformer/task/recipe_sections.h"

namespace roformer::task {

namespace fs = std::filesystem;

namespace {

void read_task(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("task"), "task", recipe.resolved);
  reader.read("kind", recipe.task);
  base::require(recipe.task == masked_language_kind || recipe.task == causal_language_kind ||
                    recipe.task == translation_kind,
                "[recipe] {}: expected {}, {} or {} but got \"{}\"", reader.where("kind"),
                masked_language_kind, causal_language_kind, translation_kind, recipe.task);
  if (recipe.task == translation_kind) {
    double& smoothing = recipe.translation.label_smoothing;
    reader.read("label_smoothing", smoothing);
    base::require(smoothing >= 0 && smoothing < 1,
                  "[recipe] {}: expected a share of [0, 1) but got {}",
                  reader.where("label_smoothing"), smoothing);
  }
  reader.finish();
}

void read_stages(const base::TomlTable& root, Recipe& recipe) {
  for (base::TomlTable& table : root.tables("stage")) {
    SectionReader reader(std::move(table), "[stage]", recipe.resolved);
    train::Stage stage;
    if (recipe.task != translation_kind) {
      reader.read("length", stage.length);
    } else {
      base::require(
          !reader.has("length"),
          "[recipe] {}: expected no such key for translation, whose longest sentences are "
          "data.max_length",
          reader.where("length"));
    }
    reader.read("batch_size", stage.batch_size);
    reader.read("batch_tokens", stage.batch_tokens);
    reader.read("accumulate", stage.accumulate);
    reader.read("steps", stage.steps);
    reader.read("learning_rate", stage.learning_rate);
    reader.finish();
    recipe.training.stages.push_back(stage);
  }
  train::validate(recipe.training.stages);
}

// Section 4.1.2 of the paper; fairseq has neither decay nor clipping.
void set_translation_optimizer(train::TrainingOptions& training) {
  training.learning_rate = 5e-4;
  training.optimizer.beta2 = 0.98;
  training.optimizer.weight_decay = 0;
  training.optimizer.clip_norm = 0;
}

// The same; a run too short for 4,000 updates of warm-up takes a fifth of its own.
void set_translation_schedule(train::Schedule& schedule) {
  constexpr std::int64_t warmup = 4000;
  schedule.kind = "inverse_sqrt";
  schedule.warmup_steps = std::min(warmup, schedule.total_steps / 5);
  schedule.initial_ratio = 2e-4;
}

void read_optimizer(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("optimizer"), "optimizer", recipe.resolved);
  train::AdamWOptions& o = recipe.training.optimizer;
  if (recipe.task == translation_kind) set_translation_optimizer(recipe.training);
  std::string kind = "adamw";
  reader.read("kind", kind);
  base::require(kind == "adamw", "[recipe] {}: expected adamw but got \"{}\"", reader.where("kind"),
                kind);
  reader.read("learning_rate", recipe.training.learning_rate);
  reader.read("beta1", o.beta1);
  reader.read("beta2", o.beta2);
  reader.read("epsilon", o.epsilon);
  reader.read("weight_decay", o.weight_decay);
  reader.read("clip_norm", o.clip_norm);
  reader.finish();
  reader.require_at_least("learning_rate", recipe.training.learning_rate, 0);
  reader.require_at_least("weight_decay", o.weight_decay, 0);
  reader.require_at_least("clip_norm", o.clip_norm, 0);
  base::require(o.beta1 >= 0 && o.beta1 < 1 && o.beta2 >= 0 && o.beta2 < 1 && o.epsilon > 0,
                "[recipe] {}: expected beta1 and beta2 of [0, 1) and a positive epsilon but got "
                "{}, {} and {}",
                reader.where("beta1"), o.beta1, o.beta2, o.epsilon);
}

void read_schedule(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("schedule"), "schedule", recipe.resolved);
  train::Schedule& schedule = recipe.training.schedule;
  schedule.total_steps = train::total_steps(recipe.training.stages);
  if (recipe.task == translation_kind) set_translation_schedule(schedule);
  reader.read("kind", schedule.kind);
  reader.read("warmup_steps", schedule.warmup_steps);
  reader.read("initial_ratio", schedule.initial_ratio);
  reader.read("final_ratio", schedule.final_ratio);
  reader.finish();
  train::validate(schedule);
}

void read_search(SectionReader& reader, EvaluationOptions& options) {
  reader.read("bleu_sentences", options.bleu_sentences);
  reader.read("beam_size", options.beam_size);
  reader.read("length_penalty", options.length_penalty);
  reader.require_at_least("bleu_sentences", static_cast<double>(options.bleu_sentences), -1);
  generate::BeamOptions beam;
  beam.beam_size = options.beam_size;
  beam.length_penalty = options.length_penalty;
  try {
    generate::validate(beam);
  } catch (const Error& error) {
    base::fail("[recipe] {}: {}", reader.where("beam_size"), error.what());
  }
}

void read_evaluate(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("evaluate"), "evaluate", recipe.resolved);
  EvaluationOptions& e = recipe.evaluation;
  const bool is_translation = recipe.task == translation_kind;
  e.length = recipe.training.stages.back().length;
  if (is_translation) e.sequences = 0;
  reader.read("every", e.every);
  if (!is_translation) reader.read("length", e.length);
  reader.read("sequences", e.sequences);
  reader.read("batch_tokens", e.batch_tokens);
  if (is_translation) read_search(reader, e);
  reader.finish();
  reader.require_at_least("every", static_cast<double>(e.every), 1);
  reader.require_at_least("sequences", static_cast<double>(e.sequences), 0);
  reader.require_at_least("batch_tokens", static_cast<double>(e.batch_tokens), 1);
  recipe.training.evaluate_every = e.every;
}

void read_run(const base::TomlTable& root, Recipe& recipe) {
  SectionReader checkpoint(root.table("checkpoint"), "checkpoint", recipe.resolved);
  checkpoint.read("every", recipe.training.checkpoint_every);
  if (recipe.task == translation_kind) {
    recipe.training.keep_last = 5;  // what the paper averages
    recipe.training.keep_best = true;
  }
  checkpoint.read("keep_last", recipe.training.keep_last);
  checkpoint.read("keep_best", recipe.training.keep_best);
  checkpoint.finish();
  checkpoint.require_at_least("keep_last", static_cast<double>(recipe.training.keep_last), 1);
  checkpoint.require_at_least("every", static_cast<double>(recipe.training.checkpoint_every), 1);

  SectionReader run(root.table("run"), "run", recipe.resolved);
  run.read("seed", recipe.seed);
  run.read("threads", recipe.threads);
  run.read("log_every", recipe.training.log_every);
  run.finish();
  run.require_at_least("threads", static_cast<double>(recipe.threads), 0);
  run.require_at_least("log_every", static_cast<double>(recipe.training.log_every), 1);
}

Recipe recipe_of(const base::TomlTable& root, const fs::path& path) {
  Recipe recipe;
  recipe.path = path;
  recipe.name = path.stem().string();
  read_task(root, recipe);
  if (recipe.task == translation_kind) {
    read_translation_model(root, recipe);
    read_parallel_data(root, recipe);
  } else {
    read_model(root, recipe);
    read_data(root, recipe);
  }
  read_stages(root, recipe);
  read_optimizer(root, recipe);
  read_schedule(root, recipe);
  read_evaluate(root, recipe);
  read_run(root, recipe);
  root.reject_unknown_keys();
  recipe.training.title = recipe.name;
  recipe.training.seed = recipe.seed;
  recipe.training.recipe = recipe.resolved.flat();
  return recipe;
}

}  // namespace

Recipe read_recipe(const fs::path& path, const std::vector<std::string>& changes) {
  return recipe_of(base::TomlTable::parse_file(path, changes), path);
}

Recipe parse_recipe(std::string_view text, const fs::path& path) {
  return recipe_of(base::TomlTable::parse(text, path.string()), path);
}

}  // namespace roformer::task
