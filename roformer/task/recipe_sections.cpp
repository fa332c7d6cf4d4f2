#include "roformer/task/recipe_sections.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/data/document_stream.h"
#include "roformer/model/config.h"

namespace roformer::task {

namespace fs = std::filesystem;
namespace {

// Options of another encoding would be without effect: an error.
void read_encoding(SectionReader& reader, position::EncodingSettings& encoding) {
  reader.read("position_encoding", encoding.name);
  base::at_place(fmt::format("[recipe] {}", reader.where("position_encoding")),
                 [&] { position::require_encoding(encoding.name); });
  position::for_each_option(
      encoding, [&](const base::Option& option, auto& value) { reader.read(option, value); });
  position::for_each_option_of_all(
      encoding, [&](std::string_view, const base::Option& option, const auto&) {
        const auto readers = position::readers_of(option.key);
        base::require(!reader.has(option.key) ||
                          std::find(readers.begin(), readers.end(), encoding.name) != readers.end(),
                      "[recipe] {}: expected it only with position_encoding {} but got \"{}\"",
                      reader.where(option.key), fmt::join(readers, " "), encoding.name);
      });
}

// The options of a model that recipes of a kind read. embedding_size follows hidden_size where the
// preset has them alike.
void read_options(SectionReader& reader, model::Recipes kind, model::EncoderConfig& m) {
  const bool embedding_follows = m.embedding_size == m.hidden_size;
  m.vocab_size = 0;
  model::for_each_option(m, [&](const model::EncoderOption& option, auto& value) {
    if (embedding_follows && option.key == std::string_view("embedding_size"))
      m.embedding_size = m.hidden_size;
    if (option.recipes >= kind) reader.read(option.key, value);
  });
  read_encoding(reader, m.encoding);
}

// Whether an option of linear attention has an effect in this model.
bool has_effect(std::string_view key, const model::EncoderConfig& config) {
  if (config.attention != "linear") return false;
  if (key == "num_features" || key == "feature_redraw_interval")
    return attention::draws_features(config.linear);
  return key != "feature_rotation" || config.encoding.name == "rotary";
}

void read_linear(SectionReader& reader, model::EncoderConfig& config) {
  attention::for_each_option(config.linear, [&](const base::Option& option, auto& value) {
    if (has_effect(option.key, config)) return reader.read(option, value);
    base::require(!reader.has(option.key),
                  "[recipe] {}: expected it only where it has an effect (attention = \"linear\"; "
                  "num_features and feature_redraw_interval with feature_map favor or relu, "
                  "feature_rotation with position_encoding rotary) but got attention \"{}\", "
                  "feature_map \"{}\", position_encoding \"{}\"",
                  reader.where(option.key), config.attention, config.linear.feature_map,
                  config.encoding.name);
  });
}

// A path as given if something is there, else from the recipe's folder, so that recipes work from
// any folder.
std::string find_beside(const std::string& name, const fs::path& recipe) {
  std::error_code unreadable;  // a name too long for the file system, say: it is not there
  const fs::path beside = recipe.parent_path() / name;
  if (name.empty() || fs::exists(name, unreadable) || !fs::exists(beside, unreadable)) return name;
  return fs::weakly_canonical(beside).string();
}

// A preset and what is changed of it.
void read_model(const base::TomlTable& root, bool is_decoder, Recipe& recipe) {
  SectionReader reader(root.table("model"), "model", recipe.resolved);
  std::string preset = "roformer-base";
  reader.read("preset", preset);
  recipe.model = model::preset(preset);
  model::EncoderConfig& m = recipe.model;
  m.is_decoder = is_decoder;
  read_options(reader, model::Recipes::language, m);
  read_linear(reader, m);
  reader.finish();
}

data::DataOptions read_data(const base::TomlTable& root, data::DataUse use, Recipe& recipe) {
  data::DataOptions d = data::read_data_options(root.table("data"), use);
  for (auto& name : d.text) name = find_beside(name, recipe.path);
  if (!d.is_bytes()) d.vocabulary = find_beside(d.vocabulary, recipe.path);
  recipe.resolved.begin("data");
  data::for_each_option(d, use, [&](const base::Option& option, const auto& value) {
    if (option.only == nullptr) recipe.resolved.add(option.key, to_toml(value));
  });
  return d;
}

}  // namespace

std::int64_t read_translation_model(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("model"), "model", recipe.resolved);
  std::string preset = "transformer-base";
  reader.read("preset", preset);
  recipe.model = model::translation_preset(preset);
  model::EncoderConfig& m = recipe.model;
  read_options(reader, model::Recipes::all, m);
  std::int64_t decoder_layers = 0;
  reader.read({"decoder_layers", "0: as many as the encoder has", base::at_least(0)},
              decoder_layers);
  reader.finish();
  return decoder_layers;
}

void require_sound(model::EncoderConfig model, const std::string& where) {
  // The vocabulary's size and padding come from the text.
  model.vocab_size = std::max<std::int64_t>(2, model.vocab_size);
  model.pad_token_id = 0;
  base::at_place(fmt::format("[recipe] {}", where), [&] { model::validate(model); });
}

void require_positions(const model::EncoderConfig& model, std::int64_t longest, const char* what) {
  base::require(longest <= model.longest_sequence().value_or(longest),
                "[recipe] expected model.max_position_embeddings to be at least {}, {}, but got {}",
                what, longest, model.max_position_embeddings);
}

parallel::ParallelOptions read_parallel_data(const base::TomlTable& root, Recipe& recipe) {
  parallel::ParallelOptions d = parallel::read_parallel_options(root.table("data"));
  parallel::for_each_file_list(d, [&](std::vector<std::string>& files) {
    for (auto& name : files) name = find_beside(name, recipe.path);
  });
  d.vocabulary = find_beside(d.vocabulary, recipe.path);
  d.codes = find_beside(d.codes, recipe.path);
  base::require(!d.validation_source.empty() || d.validation_share > 0,
                "[recipe] {}: expected data.validation_source and data.validation_target, or a "
                "data.validation_share above 0, to watch the training by but got neither",
                recipe.path.string());
  recipe.resolved.begin("data");
  const auto is_absent = [](const base::Option& option, const std::string& toml) {
    return toml == "[]" || (toml == "\"\"" && option.key == std::string_view("codes"));
  };
  parallel::for_each_option(d, [&](const base::Option& option, const auto& value) {
    const std::string toml = to_toml(value);
    if (option.only == nullptr && !is_absent(option, toml)) recipe.resolved.add(option.key, toml);
  });
  return d;
}

void LanguageKind::read(SectionReader& /*task*/, const base::TomlTable& root,
                        Recipe& recipe) const {
  read_model(root, /*is_decoder=*/use_ == data::DataUse::causal_language, recipe);
  recipe.options = read_data(root, use_, recipe);
}

void LanguageKind::validate(const Recipe& recipe) const {
  require_sound(recipe.model, recipe.path.string());
  std::int64_t longest = recipe.evaluation.length, shortest = longest;
  for (const auto& stage : recipe.training.stages) {
    longest = std::max(longest, stage.length);
    shortest = std::min(shortest, stage.length);
  }
  base::require(
      shortest >= data::shortest_sequence || use_ != data::DataUse::masked_language,
      "[recipe] {}: expected stage.length and evaluate.length of {} or more tokens ([CLS], "
      "a word, [SEP]) but got {}",
      recipe.path.string(), data::shortest_sequence, shortest);
  require_positions(recipe.model, longest, "the longest sequence");
}

data::DataOptions LanguageKind::text_options(const Recipe& recipe,
                                             const std::filesystem::path& vocabulary) {
  auto options = options_of<data::DataOptions>(recipe);
  if (!vocabulary.empty() && !options.is_bytes()) options.vocabulary = vocabulary.string();
  return options;
}

}  // namespace roformer::task
