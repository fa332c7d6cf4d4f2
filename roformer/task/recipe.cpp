#include "roformer/task/recipe.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"
#include "roformer/task/kind.h"

namespace roformer::task {

namespace fs = std::filesystem;
using base::at_least;

namespace {

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const Kind* kind : kinds()) names.emplace_back(kind->name());
  return names;
}

// Returns the recipe's kind, which reads its own sections.
const Kind& read_kind(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("task"), "task", recipe.resolved);
  reader.read_unchecked({"kind", "what is learned", {}, kind_names()}, recipe.task);
  const Kind& kind = find_kind(recipe.task, reader.where("kind"));
  kind.read(reader, root, recipe);
  reader.finish();
  return kind;
}

// An Error of the work names the recipe's file first.
template <typename Work>
void at_recipe(const Recipe& recipe, const Work& work) {
  base::at_place(fmt::format("[recipe] {}", recipe.path.string()), work);
}

// What is not given has no line in the resolved recipe.
void read_duration(SectionReader& reader, data::Stage& stage) {
  const base::Option steps{"steps", "updates; either these or epochs have to be given"};
  const base::Option epochs{"epochs",
                            "passes over the text in the place of steps, 0.5 is half of one; "
                            "rounded up to whole updates",
                            base::above(0)};
  if (reader.has_instead("epochs", "steps")) {
    reader.describe(steps, stage.steps);
    return reader.read(epochs, stage.epochs);
  }
  reader.read(steps, stage.steps);
  reader.describe(epochs, stage.epochs);
}

void read_stages(const base::TomlTable& root, const Kind& kind, Recipe& recipe) {
  const std::string no_length = fmt::format(
      "expected no such key for {}, whose longest sentences are data.max_length", recipe.task);
  base::Option length{"length", "tokens of a sequence at most, special ones too", at_least(1)};
  if (!kind.has_length()) length.only = no_length.c_str();
  for (base::TomlTable& table : root.tables("stage")) {
    SectionReader reader(std::move(table), "[stage]", recipe.resolved);
    data::Stage stage;
    reader.read(length, stage.length);
    reader.read({"batch_size", "sequences in a micro-batch; 0: batch_tokens counts", at_least(0)},
                stage.batch_size);
    reader.read({"batch_tokens", "tokens in a micro-batch; 0: batch_size counts", at_least(0)},
                stage.batch_tokens);
    reader.read({"accumulate", "micro-batches whose gradients make one step", at_least(1)},
                stage.accumulate);
    read_duration(reader, stage);
    reader.read({"learning_rate", "peak; 0: the optimizer's", at_least(0)}, stage.learning_rate);
    reader.finish();
    recipe.training.stages.push_back(stage);
  }
  at_recipe(recipe, [&] { data::validate(recipe.training.stages); });
}

// Resolved only where they are given: runs that were begun before there were such keys go on.
void read_layer_options(SectionReader& reader, const Kind& kind, Recipe& recipe) {
  const std::string two_stacks = fmt::format(
      "expected no such key for {}, whose model is an encoder and a decoder", recipe.task);
  const char* only = kind.is_one_stack() ? nullptr : two_stacks.c_str();
  const char* decay =
      "of learning rates from a layer to the one below it: 1 for the head, layer_decay for the top "
      "layer, … for the embeddings (ELECTRA, Clark et al. 2020: 0.8 and 0.9)";
  reader.read_if_given(
      {"layer_decay", decay, {.least = 0, .most = 1, .without_least = true}, {}, only},
      recipe.layers.decay);
  const char* layers =
      "the lowest, which do not learn, nor do the embeddings then; 0: all layers learn";
  reader.read_if_given({"frozen_layers", layers, at_least(0), {}, only},
                       recipe.layers.frozen_layers);
  const char* embeddings =
      "whether embeddings do not learn, nor the tied output layer of a language model";
  reader.read_if_given({"frozen_embeddings", embeddings, {}, {}, only},
                       recipe.layers.frozen_embeddings);
  base::require(recipe.layers.frozen_layers <= recipe.model.num_hidden_layers,
                "[recipe] {}: expected at most the {} layers of the model but got {}",
                reader.where("frozen_layers"), recipe.model.num_hidden_layers,
                recipe.layers.frozen_layers);
}

void read_optimizer(const base::TomlTable& root, const Kind& of_task, Recipe& recipe) {
  SectionReader reader(root.table("optimizer"), "optimizer", recipe.resolved);
  train::AdamWOptions& o = recipe.training.optimizer;
  std::string kind = "adamw";
  reader.read({"kind", "AdamW (Loshchilov and Hutter 2019)", {}, {"adamw"}}, kind);
  // Defaults of language models are BERT's, those of translation are set by its kind.
  const char* rate = "peak, where the stage has none of its own (BERT, A.2; paper, 4.1.2)";
  reader.read({"learning_rate", rate, at_least(0)}, recipe.training.learning_rate);
  const char* beta1 = "decay of the mean gradient (BERT, A.2)";
  reader.read({"beta1", beta1, base::dropout_range()}, o.beta1);
  const char* beta2 = "decay of the mean square (BERT, A.2; paper, 4.1.2)";
  reader.read({"beta2", beta2, base::dropout_range()}, o.beta2);
  const char* epsilon = "added to the root of the mean square (Kingma and Ba 2015)";
  reader.read({"epsilon", epsilon, base::above(0)}, o.epsilon);
  reader.read({"weight_decay", "decoupled (BERT, A.2; fairseq has none)", at_least(0)},
              o.weight_decay);
  reader.read({"clip_norm", "largest norm of the gradient; 0: no clipping", at_least(0)},
              o.clip_norm);
  read_layer_options(reader, of_task, recipe);
  reader.finish();
}

// The share where it is given, or is the kind's default and no steps are given.
void read_warmup(SectionReader& reader, train::Schedule& schedule) {
  const base::Option steps{"warmup_steps", "up to the peak"};
  const base::Option share{"warmup_share", "of all steps, in the place of warmup_steps",
                           base::between(0, 1)};
  const bool has_share = reader.has_instead("warmup_share", "warmup_steps");
  if (has_share || (schedule.warmup_share > 0 && !reader.has("warmup_steps"))) {
    schedule.warmup_steps = 0;
    reader.describe(steps, schedule.warmup_steps);
    return reader.read(share, schedule.warmup_share);
  }
  reader.read(steps, schedule.warmup_steps);
  reader.describe(share, schedule.warmup_share);
  schedule.warmup_share = 0;
}

void read_schedule(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("schedule"), "schedule", recipe.resolved);
  train::Schedule& schedule = recipe.training.schedule;
  reader.read({"kind", "the shape behind the warm-up", {}, train::schedule_kinds()}, schedule.kind);
  read_warmup(reader, schedule);
  reader.read({"initial_ratio", "share of the peak that warm-up begins at"},
              schedule.initial_ratio);
  reader.read({"final_ratio", "share of the peak that linear and cosine end at"},
              schedule.final_ratio);
  reader.finish();
  // A trial of few steps by the recipe of a long run; resolved and compared as it was asked for.
  if (data::have_steps(recipe.training.stages)) train::set_total(schedule, schedule.total_steps);
  train::Schedule fitted = schedule;
  fitted.total_steps = std::max(fitted.total_steps, fitted.warmup_steps);
  at_recipe(recipe, [&] { train::validate(fitted); });
}

void read_evaluate(const base::TomlTable& root, const Kind& kind, Recipe& recipe) {
  SectionReader reader(root.table("evaluate"), "evaluate", recipe.resolved);
  EvaluationOptions& e = recipe.evaluation;
  const char* every = "steps; 0, the default with stage.epochs: at the end of each epoch";
  if (!data::have_steps(recipe.training.stages)) e.every = 0;
  reader.read({"every", every, at_least(0)}, e.every);
  const char* patience =
      "so many evaluations in a row that were not better than the best one end the run; 0: never";
  reader.read_if_given({"patience", patience, at_least(0)}, recipe.training.patience);
  if (kind.has_length())
    reader.read({"length", "tokens of a sequence; by default the last stage's", at_least(1)},
                e.length);
  reader.read({"sequences", "held-out ones; 0: all", at_least(0)}, e.sequences);
  reader.read({"batch_tokens", "tokens in one forward pass", at_least(1)}, e.batch_tokens);
  kind.read_evaluate(reader, recipe);
  reader.finish();
  recipe.training.evaluate_every = e.every;
}

void read_run(const base::TomlTable& root, Recipe& recipe) {
  train::TrainingOptions& t = recipe.training;
  SectionReader checkpoint(root.table("checkpoint"), "checkpoint", recipe.resolved);
  if (!data::have_steps(t.stages)) t.checkpoint_every = 0;
  const char* every = "steps; 0, the default with stage.epochs: at the end of each epoch";
  checkpoint.read({"every", every, at_least(0)}, t.checkpoint_every);
  checkpoint.read({"keep_last", "models of so many checkpoints, for averages", at_least(1)},
                  t.keep_last);
  t.keep_best = t.keep_best || t.patience > 0;
  checkpoint.read(
      {"keep_best", "the model of the best evaluation too; true with evaluate.patience"},
      t.keep_best);
  checkpoint.finish();

  SectionReader run(root.table("run"), "run", recipe.resolved);
  run.read({"seed", "of weights, dropout and the order of the data"}, recipe.seed);
  run.read({"threads", "0: as many as the machine has", at_least(0)}, recipe.threads);
  run.read({"log_every", "steps", at_least(1)}, t.log_every);
  std::string precision = product::compute_type_name(t.precision);
  run.read_unless_usual(
      {"precision",
       "of products while learning; bfloat16 where the processor has it, its weights "
       "and sums float32",
       {},
       {"float32", "bfloat16"}},
      precision);
  t.precision =
      precision == "bfloat16" ? product::ComputeType::bfloat16 : product::ComputeType::float32;
  run.finish();
}

Recipe recipe_of(const base::TomlTable& root, const fs::path& path) {
  Recipe recipe;
  recipe.path = path;
  recipe.name = path.stem().string();
  const Kind& kind = read_kind(root, recipe);
  read_stages(root, kind, recipe);
  const bool known = data::have_steps(recipe.training.stages);
  recipe.training.schedule.total_steps = known ? data::total_steps(recipe.training.stages) : 0;
  recipe.evaluation.length = recipe.training.stages.back().length;
  kind.set_defaults(recipe);
  read_optimizer(root, kind, recipe);
  read_schedule(root, recipe);
  read_evaluate(root, kind, recipe);
  read_run(root, recipe);
  root.reject_unknown_keys();
  recipe.left_out = root.left_out();
  recipe.training.title = recipe.name;
  recipe.training.seed = recipe.seed;
  recipe.training.recipe = recipe.resolved.flat();
  kind.validate(recipe);
  return recipe;
}

// Where recipes may lie, the nearest first: build/roformer finds its source tree, bin/roformer its
// share folder.
std::vector<fs::path> recipe_folders() {
  std::vector<fs::path> folders;
  if (const char* folder = std::getenv("ROFORMER_RECIPES")) folders.emplace_back(folder);
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const fs::path above = program.parent_path().parent_path();
    folders.push_back(above / "recipes");
    folders.push_back(above / "share" / "roformer" / "recipes");
  }
  std::erase_if(folders, [](const fs::path& folder) { return !fs::is_directory(folder); });
  return folders;
}

}  // namespace

const Kind& find_kind(std::string_view name, std::string_view where) {
  for (const Kind* kind : kinds()) {
    if (kind->name() == name) return *kind;
  }
  base::fail("[recipe] {}: expected one of {} but got \"{}\"{}", where,
             fmt::join(kind_names(), ", "), name, base::did_you_mean(name, kind_names()));
}

fs::path find_recipe(const std::string& name) {
  if (fs::is_regular_file(name)) return name;
  for (const fs::path& folder : recipe_folders()) {
    for (const fs::path& path :
         {folder / name, folder / (name + ".toml"), folder / "paper" / (name + ".toml")}) {
      if (fs::is_regular_file(path)) return path;
    }
  }
  std::vector<std::string> names = recipe_names();
  for (const std::string& full : recipe_names())
    names.push_back(fs::path(full).filename().string());
  const std::string meant = base::did_you_mean(name, names);
  base::require(meant.empty(), "[recipe] expected the path or name of a recipe but got \"{}\"{}",
                name, meant);
  base::require(!name.ends_with(".toml"), "[recipe] expected a recipe but there is no file {}",
                name);
  base::fail("[recipe] expected the path or name of a recipe but got \"{}\"; the names are: {}",
             name, fmt::join(recipe_names(), ", "));
}

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const fs::path& folder : recipe_folders()) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".toml") continue;
      names.push_back(fs::relative(entry.path(), folder).replace_extension().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

fs::path own_recipe(const fs::path& model) {
  fs::path folder = fs::absolute(model / "");
  for (int levels = 0; levels < 4; ++levels) {
    folder = folder.parent_path();
    if (fs::exists(folder / "recipe.toml")) return folder / "recipe.toml";
  }
  return {};
}

Recipe read_recipe(const fs::path& path, const std::vector<std::string>& changes) {
  return recipe_of(base::TomlTable::parse_file(path, changes), path);
}

Recipe parse_recipe(std::string_view text, const fs::path& path) {
  return recipe_of(base::TomlTable::parse(text, path.string()), path);
}

}  // namespace roformer::task
