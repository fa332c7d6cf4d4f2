#include "roformer/task/recipe.h"

#include <fmt/ranges.h>

#include "roformer/base/error.h"
#include "roformer/task/kind.h"

namespace roformer::task {

namespace fs = std::filesystem;

namespace {

// Returns the recipe's kind, which reads its own sections.
const Kind& read_kind(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("task"), "task", recipe.resolved);
  reader.read("kind", recipe.task);
  const Kind& kind = find_kind(recipe.task, reader.where("kind"));
  kind.read(reader, root, recipe);
  reader.finish();
  return kind;
}

void read_stages(const base::TomlTable& root, const Kind& kind, Recipe& recipe) {
  for (base::TomlTable& table : root.tables("stage")) {
    SectionReader reader(std::move(table), "[stage]", recipe.resolved);
    data::Stage stage;
    if (kind.has_length()) {
      reader.read("length", stage.length);
    } else {
      base::require(!reader.has("length"),
                    "[recipe] {}: expected no such key for {}, whose longest sentences are "
                    "data.max_length",
                    reader.where("length"), recipe.task);
    }
    reader.read("batch_size", stage.batch_size);
    reader.read("batch_tokens", stage.batch_tokens);
    reader.read("accumulate", stage.accumulate);
    reader.read("steps", stage.steps);
    reader.read("learning_rate", stage.learning_rate);
    reader.finish();
    recipe.training.stages.push_back(stage);
  }
  data::validate(recipe.training.stages);
}

void read_optimizer(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("optimizer"), "optimizer", recipe.resolved);
  train::AdamWOptions& o = recipe.training.optimizer;
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
  reader.read("kind", schedule.kind);
  reader.read("warmup_steps", schedule.warmup_steps);
  reader.read("initial_ratio", schedule.initial_ratio);
  reader.read("final_ratio", schedule.final_ratio);
  reader.finish();
  train::validate(schedule);
}

void read_evaluate(const base::TomlTable& root, const Kind& kind, Recipe& recipe) {
  SectionReader reader(root.table("evaluate"), "evaluate", recipe.resolved);
  EvaluationOptions& e = recipe.evaluation;
  reader.read("every", e.every);
  if (kind.has_length()) reader.read("length", e.length);
  reader.read("sequences", e.sequences);
  reader.read("batch_tokens", e.batch_tokens);
  kind.read_evaluate(reader, recipe);
  reader.finish();
  reader.require_at_least("every", static_cast<double>(e.every), 1);
  reader.require_at_least("sequences", static_cast<double>(e.sequences), 0);
  reader.require_at_least("batch_tokens", static_cast<double>(e.batch_tokens), 1);
  recipe.training.evaluate_every = e.every;
}

void read_run(const base::TomlTable& root, Recipe& recipe) {
  SectionReader checkpoint(root.table("checkpoint"), "checkpoint", recipe.resolved);
  checkpoint.read("every", recipe.training.checkpoint_every);
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
  const Kind& kind = read_kind(root, recipe);
  read_stages(root, kind, recipe);
  recipe.training.schedule.total_steps = data::total_steps(recipe.training.stages);
  recipe.evaluation.length = recipe.training.stages.back().length;
  kind.set_defaults(recipe);
  read_optimizer(root, recipe);
  read_schedule(root, recipe);
  read_evaluate(root, kind, recipe);
  read_run(root, recipe);
  root.reject_unknown_keys();
  recipe.training.title = recipe.name;
  recipe.training.seed = recipe.seed;
  recipe.training.recipe = recipe.resolved.flat();
  kind.validate(recipe);
  return recipe;
}

}  // namespace

const Kind& find_kind(std::string_view name, std::string_view where) {
  std::vector<std::string_view> names;
  for (const Kind* kind : kinds()) {
    if (kind->name() == name) return *kind;
    names.push_back(kind->name());
  }
  base::fail("[recipe] {}: expected one of {} but got \"{}\"", where, fmt::join(names, ", "), name);
}

Recipe read_recipe(const fs::path& path, const std::vector<std::string>& changes) {
  return recipe_of(base::TomlTable::parse_file(path, changes), path);
}

Recipe parse_recipe(std::string_view text, const fs::path& path) {
  return recipe_of(base::TomlTable::parse(text, path.string()), path);
}

}  // namespace roformer::task
