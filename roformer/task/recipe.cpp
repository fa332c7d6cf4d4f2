#include "roformer/task/recipe.h"

#include "roformer/base/error.h"

namespace roformer::task {

namespace fs = std::filesystem;

namespace {

void read_task(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("task"), "task", recipe.resolved);
  reader.read("kind", recipe.task);
  base::require(recipe.task == masked_language_kind || recipe.task == causal_language_kind,
                "[recipe] {}: expected {} or {} but got \"{}\"", reader.where("kind"),
                masked_language_kind, causal_language_kind, recipe.task);
  reader.finish();
}

// Options of another encoding would be without effect: an error.
void read_encoding(SectionReader& reader, position::EncodingSettings& encoding) {
  position::for_each_option(encoding, [&](const char* readers, const char* key, auto& value) {
    if (position::reads_option(readers, encoding.name)) return reader.read(key, value);
    base::require(!reader.has(key),
                  "[recipe] {}: expected it only with position_encoding {} but got \"{}\"",
                  reader.where(key), readers, encoding.name);
  });
}

// Whether an option of linear attention has an effect in this model.
bool has_effect(std::string_view key, const model::EncoderConfig& config) {
  if (config.attention != "linear") return false;
  if (key == "num_features" || key == "feature_redraw_interval")
    return attention::draws_features(config.linear);
  return key != "feature_rotation" || config.encoding.name == "rotary";
}

void read_linear(SectionReader& reader, model::EncoderConfig& config) {
  attention::for_each_option(config.linear, [&](const char* key, auto& value) {
    if (has_effect(key, config)) return reader.read(key, value);
    base::require(!reader.has(key),
                  "[recipe] {}: expected it only where it has an effect (attention = \"linear\"; "
                  "num_features and feature_redraw_interval with feature_map favor or relu, "
                  "feature_rotation with position_encoding rotary) but got attention \"{}\", "
                  "feature_map \"{}\", position_encoding \"{}\"",
                  reader.where(key), config.attention, config.linear.feature_map,
                  config.encoding.name);
  });
}

void read_model(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("model"), "model", recipe.resolved);
  std::string preset = "roformer-base";
  reader.read("preset", preset);
  recipe.model = model::preset(preset);
  model::EncoderConfig& m = recipe.model;
  const bool embedding_follows = !reader.has("embedding_size") && m.embedding_size == m.hidden_size;
  m.vocab_size = 0;
  m.is_decoder = recipe.task == causal_language_kind;
  reader.read("vocab_size", m.vocab_size);
  reader.read("hidden_size", m.hidden_size);
  if (embedding_follows) m.embedding_size = m.hidden_size;
  reader.read("embedding_size", m.embedding_size);
  reader.read("num_hidden_layers", m.num_hidden_layers);
  reader.read("num_attention_heads", m.num_attention_heads);
  reader.read("intermediate_size", m.intermediate_size);
  reader.read("hidden_act", m.hidden_act);
  reader.read("hidden_dropout_prob", m.hidden_dropout_prob);
  reader.read("attention_probs_dropout_prob", m.attention_probs_dropout_prob);
  reader.read("max_position_embeddings", m.max_position_embeddings);
  reader.read("type_vocab_size", m.type_vocab_size);
  reader.read("initializer_range", m.initializer_range);
  reader.read("layer_norm_eps", m.layer_norm_eps);
  reader.read("tie_word_embeddings", m.tie_word_embeddings);
  reader.read("norm_type", m.norm_type);
  reader.read("use_bias", m.use_bias);
  reader.read("position_encoding", m.encoding.name);
  read_encoding(reader, m.encoding);
  reader.read("attention", m.attention);
  read_linear(reader, m);
  reader.finish();
}

// A path as given if something is there, else from the recipe's folder, so that recipes work from
// any folder.
std::string find_beside(const std::string& name, const fs::path& recipe) {
  std::error_code unreadable;  // a name too long for the file system, say: it is not there
  const fs::path beside = recipe.parent_path() / name;
  if (name.empty() || fs::exists(name, unreadable) || !fs::exists(beside, unreadable)) return name;
  return fs::weakly_canonical(beside).string();
}

void read_data(const base::TomlTable& root, Recipe& recipe) {
  const auto use = recipe.task == causal_language_kind ? data::DataUse::causal_language
                                                       : data::DataUse::masked_language;
  recipe.data = data::read_data_options(root.table("data"), use);
  data::DataOptions& d = recipe.data;
  for (auto& name : d.text) name = find_beside(name, recipe.path);
  if (!d.is_bytes()) d.vocabulary = find_beside(d.vocabulary, recipe.path);
  recipe.resolved.begin("data");
  data::for_each_option(d, use, [&](const char* key, const auto& value) {
    recipe.resolved.add(key, to_toml(value));
  });
}

void read_stages(const base::TomlTable& root, Recipe& recipe) {
  for (base::TomlTable& table : root.tables("stage")) {
    SectionReader reader(std::move(table), "[stage]", recipe.resolved);
    train::Stage stage;
    reader.read("length", stage.length);
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
  schedule.total_steps = train::total_steps(recipe.training.stages);
  reader.read("kind", schedule.kind);
  reader.read("warmup_steps", schedule.warmup_steps);
  reader.read("initial_ratio", schedule.initial_ratio);
  reader.read("final_ratio", schedule.final_ratio);
  reader.finish();
  train::validate(schedule);
}

void read_evaluate(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("evaluate"), "evaluate", recipe.resolved);
  EvaluationOptions& e = recipe.evaluation;
  e.length = recipe.training.stages.back().length;
  reader.read("every", e.every);
  reader.read("length", e.length);
  reader.read("sequences", e.sequences);
  reader.read("batch_tokens", e.batch_tokens);
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
  read_task(root, recipe);
  read_model(root, recipe);
  read_data(root, recipe);
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
