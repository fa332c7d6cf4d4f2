#include "roformer/task/recipe_sections.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/checkpoint/config_file.h"
#include "roformer/checkpoint/int8_tensors.h"
#include "roformer/checkpoint/marian_config.h"
#include "roformer/data/document_stream.h"
#include "roformer/model/config.h"
#include "roformer/text/tokenizer.h"

namespace roformer::task {

namespace fs = std::filesystem;
namespace {

// Options of another encoding would be without effect.
void read_encoding(SectionReader& reader, position::EncodingSettings& encoding) {
  reader.read_unchecked(
      {"position_encoding", "the paper's own is rotary", {}, position::encoding_names()},
      encoding.name);
  base::at_place(fmt::format("[recipe] {}", reader.where("position_encoding")),
                 [&] { position::require_encoding(encoding.name); });
  position::for_each_option(
      encoding, [&](const base::Option& option, auto& value) { reader.read(option, value); });
  position::for_each_option_of_all(
      encoding, [&](std::string_view, const base::Option& option, const auto&) {
        const auto readers = position::readers_of(option.key);
        if (std::find(readers.begin(), readers.end(), encoding.name) != readers.end()) return;
        reader.refuse_without_effect(
            option.key, fmt::format("expected it only with position_encoding {} but got \"{}\"",
                                    fmt::join(readers, " "), encoding.name));
      });
}

// The options of a model that recipes of a kind read. embedding_size follows hidden_size where the
// preset has them alike.
void read_options(SectionReader& reader, model::Recipes kind, model::EncoderConfig& m) {
  const bool embedding_follows = m.embedding_size == m.hidden_size;
  model::for_each_option(m, [&](const model::EncoderOption& option, auto& value) {
    if (embedding_follows && option.key == std::string_view("embedding_size"))
      m.embedding_size = m.hidden_size;
    // What fits is known when all is read: require_sound.
    if (option.recipes >= kind) reader.read_unchecked(option, value);
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
    reader.refuse_without_effect(
        option.key,
        fmt::format("expected it only where it has an effect (attention = \"linear\"; "
                    "num_features and feature_redraw_interval with feature_map favor or relu, "
                    "feature_rotation with position_encoding rotary) but got attention \"{}\", "
                    "feature_map \"{}\", position_encoding \"{}\"",
                    config.attention, config.linear.feature_map, config.encoding.name));
  });
}

// The whole path of what is there, else of what lies in the recipe's folder: recipes work from any
// folder, and so do those that a run keeps.
std::string find_beside(const std::string& name, const fs::path& recipe) {
  std::error_code unreadable;  // a name too long for the file system, say: it is not there
  for (const fs::path& path : {fs::path(name), recipe.parent_path() / name}) {
    if (!name.empty() && fs::exists(path, unreadable)) return fs::weakly_canonical(path).string();
  }
  return name;
}

constexpr const char* kCheckpointKey = "folder of the model to go on with; empty: drawn anew";

void require_trainable(const std::string& config, const std::string& where,
                       const std::string& folder) {
  const auto object = nlohmann::json::parse(config, nullptr, /*allow_exceptions=*/false);
  base::require(!object.is_object() || !object.contains(checkpoint::kQuantizationKey),
                "[recipe] {}: expected a checkpoint in float to train but {} has {} in its "
                "config.json: roformer convert --dtype float32 widens int8",
                where, folder, checkpoint::kQuantizationKey);
}

// config.json of the model that a recipe begins with. A run keeps all of the model's keys in its
// own recipe, so that it can be evaluated when that folder is gone.
std::optional<std::string> read_starting_config(SectionReader& reader, Recipe& recipe) {
  reader.read_if_given({"checkpoint", kCheckpointKey}, recipe.checkpoint);
  if (recipe.checkpoint.empty()) return std::nullopt;
  reader.refuse_without_effect(
      "preset", "expected no preset beside model.checkpoint, which says what the model is");
  recipe.checkpoint = find_beside(recipe.checkpoint, recipe.path);
  recipe.resolved.set_last("checkpoint", to_toml(recipe.checkpoint));
  const fs::path config = fs::path(recipe.checkpoint) / "config.json";
  if (fs::exists(config)) {
    std::string text = base::read_file(config);
    require_trainable(text, reader.where("checkpoint"), recipe.checkpoint);
    return text;
  }
  base::require(
      reader.has("hidden_size"),
      "[recipe] {}: expected a checkpoint folder with a config.json but there is none at {}",
      reader.where("checkpoint"), recipe.checkpoint);
  return std::nullopt;
}

std::map<std::string, std::string> all_as_text(const model::EncoderConfig& model) {
  std::map<std::string, std::string> values = options_in_force(model);
  model::for_each_option(model, [&](const model::EncoderOption& option, const auto& value) {
    values[option.key] = to_toml(value);
  });
  return values;
}

// Dropout may be another; whatever else the recipe says of the model must be true of it.
void require_as_started(const SectionReader& reader, const model::EncoderConfig& model,
                        model::EncoderConfig started) {
  take_dropout(model, started);
  const auto require_same = [&](const char* key, const std::string& wanted, const std::string& is) {
    base::require(is == wanted, "[recipe] {}: expected {}, as model.checkpoint has it, but got {}",
                  reader.where(key), wanted, is);
  };
  // First, since another encoding has other options.
  require_same("position_encoding", to_toml(started.encoding.name), to_toml(model.encoding.name));
  auto wanted = all_as_text(started);
  for (const auto& [key, value] : all_as_text(model)) require_same(key.c_str(), wanted[key], value);
}

// Learns what another kind of task has written only if it looks the same way.
void require_direction(const model::EncoderConfig& found, bool is_decoder, const Recipe& recipe) {
  base::require(found.is_decoder == is_decoder,
                "[recipe] {}: expected {} in model.checkpoint for task.kind = \"{}\" but {} has {}",
                recipe.path.string(), is_decoder ? "a decoder" : "an encoder", recipe.task,
                recipe.checkpoint, found.is_decoder ? "a decoder" : "an encoder");
}

using Names = std::vector<std::string>;
const Names language_presets{"roformer-base", "roformer-small",  "roformer-tiny", "bert-base",
                             "bert-small",    "bert-tiny",       "bert-chinese",  "wobert",
                             "nezha",         "roformer-chinese"};
const Names translation_presets{"transformer-base", "transformer-small", "transformer-tiny"};

// The preset that is first among the names or another one, which `find` makes and whose unknown
// names it refuses; the size of the vocabulary comes from the text.
model::EncoderConfig read_preset(SectionReader& reader, bool is_drawn, const Names& names,
                                 model::EncoderConfig (*find)(const std::string&)) {
  std::string name = names.front();
  const char* about = "the defaults of the keys below; not beside model.checkpoint";
  if (is_drawn) reader.read_unchecked({"preset", about, {}, names}, name);
  model::EncoderConfig model;
  base::at_place(fmt::format("[recipe] {}", reader.where("preset")), [&] { model = find(name); });
  model.vocab_size = 0;
  return model;
}

// Keys that say how a vocabulary is trained, which nobody does beside model.checkpoint: by hand
// they are refused, but a recipe's file may be one that is usually without a checkpoint.
void refuse_training_keys(const base::TomlTable& data, const Names& keys, const Recipe& recipe) {
  if (recipe.checkpoint.empty()) return;
  for (const std::string& key : keys) {
    if (!data.has(key)) continue;
    base::require(!data.is_changed(key),
                  "[recipe] {}: expected no such key beside model.checkpoint, whose vocabulary is "
                  "taken, but got one",
                  data.where(key));
    spdlog::warn("{}: without effect beside model.checkpoint, whose vocabulary is taken",
                 data.where(key));
  }
}

// Whether a key belongs to the resolved recipe.
bool counts(const base::Option& option, const Names& of_trained, const Recipe& recipe) {
  const bool trains =
      std::find(of_trained.begin(), of_trained.end(), option.key) != of_trained.end();
  return option.only == nullptr && (recipe.checkpoint.empty() || !trains);
}

const Names keys_of_trained_words{"vocab_size", "lower_case"};
const Names keys_of_trained_pieces{"vocab_size", "character_coverage"};

// Whether there were runs before there was this key: theirs have none, so that it stands in a
// recipe only where it says something.
bool came_later(std::string_view key) {
  static const Names later{"mask_unit", "segments", "next_sentence", "keep", "folds"};
  return std::find(later.begin(), later.end(), key) != later.end();
}

// The values of options as text, by key: `for_each(visit)` visits them.
template <typename ForEach>
std::map<std::string, std::string> values_of(const ForEach& for_each) {
  std::map<std::string, std::string> values;
  for_each(
      [&](const base::Option& option, const auto& value) { values[option.key] = to_toml(value); });
  return values;
}

data::DataOptions read_data(const base::TomlTable& root, data::DataUse use, Recipe& recipe) {
  const base::TomlTable data = root.table("data");
  data::DataOptions d = data::read_data_options(data, use);
  refuse_training_keys(data, keys_of_trained_words, recipe);
  for (auto* files : {&d.text, &d.validation_text, &d.test_text})
    for (auto& name : *files) name = find_beside(name, recipe.path);
  if (!d.is_bytes()) d.vocabulary = find_beside(d.vocabulary, recipe.path);
  const data::DataOptions plain;
  const auto usual =
      values_of([&](const auto& visit) { data::for_each_option(plain, use, visit); });
  recipe.resolved.begin("data");
  data::for_each_option(d, use, [&](const base::Option& option, const auto& value) {
    if (!counts(option, keys_of_trained_words, recipe)) return;
    const std::string toml = to_toml(value);
    recipe.resolved.describe(option, toml_type(value), toml);
    const bool is_left_out = came_later(option.key) && toml == usual.at(option.key);
    if (toml != "[]" && !is_left_out) recipe.resolved.add(option.key, toml);
  });
  const base::Option split = data::split_option(d);
  recipe.resolved.describe(split, "string", to_toml(split.one_of.front()));
  return d;
}

}  // namespace

void read_language_model(const base::TomlTable& root, bool is_decoder, Recipe& recipe) {
  SectionReader reader(root.table("model"), "model", recipe.resolved);
  const auto config = read_starting_config(reader, recipe);
  model::EncoderConfig& m = recipe.model;
  if (config) {
    m = checkpoint::parse_config(*config, recipe.checkpoint + "/config.json").encoder;
    require_direction(m, is_decoder, recipe);
  } else {
    m = read_preset(reader, recipe.checkpoint.empty(), language_presets, model::preset);
  }
  model::EncoderConfig started = m;
  m.is_decoder = is_decoder;
  read_options(reader, model::Recipes::language, m);
  read_linear(reader, m);
  if (config && leaves_positions_out(m, started)) {
    take_encoding(m, started);
    m.model_type = started.model_type;
  }
  if (config) require_as_started(reader, m, started);
  reader.finish();
}

bool leaves_positions_out(const model::EncoderConfig& wanted, const model::EncoderConfig& started) {
  return started.encoding.name == "learned" && wanted.encoding.name == "rotary" &&
         !started.is_decoder;
}

void take_encoding(const model::EncoderConfig& from, model::EncoderConfig& to) {
  to.encoding = from.encoding;
  to.model_type = "roformer";  // BERT's class has a table
}

std::string starting_folder(const base::TomlTable& root, const Recipe& recipe) {
  const std::string name = root.table("model").get("checkpoint", std::string());
  return name.empty() ? name : find_beside(name, recipe.path);
}

std::map<std::string, std::string> options_in_force(const model::EncoderConfig& config) {
  std::map<std::string, std::string> options;
  position::for_each_option(config.encoding, [&](const base::Option& option, const auto& value) {
    options[option.key] = to_toml(value);
  });
  if (config.attention != "linear") return options;
  options["feature_map"] = to_toml(std::string_view(config.linear.feature_map));
  options["feature_rotation"] = to_toml(std::string_view(config.linear.rotation));
  if (attention::draws_features(config.linear))
    options["num_features"] = to_toml(attention::feature_size(config.linear, config.head_size()));
  return options;
}

void take_dropout(const model::EncoderConfig& from, model::EncoderConfig& to) {
  to.hidden_dropout_prob = from.hidden_dropout_prob;
  to.attention_probs_dropout_prob = from.attention_probs_dropout_prob;
}

std::int64_t read_translation_model(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("model"), "model", recipe.resolved);
  const auto config = read_starting_config(reader, recipe);
  model::EncoderConfig& m = recipe.model;
  std::int64_t decoder_layers = 0;
  if (config) {
    const auto both =
        checkpoint::parse_translation_config(*config, recipe.checkpoint + "/config.json").model;
    m = both.encoder;
    decoder_layers = both.decoder.num_hidden_layers;
  } else {
    m = read_preset(reader, recipe.checkpoint.empty(), translation_presets,
                    model::translation_preset);
  }
  const model::EncoderConfig started = m;
  const std::int64_t started_layers = decoder_layers;
  read_options(reader, model::Recipes::all, m);
  reader.read({"decoder_layers", "0: as many as the encoder has", base::at_least(0)},
              decoder_layers);
  if (config) {
    require_as_started(reader, m, started);
    base::require(decoder_layers == started_layers,
                  "[recipe] {}: expected {}, as model.checkpoint has it, but got {}",
                  reader.where("decoder_layers"), started_layers, decoder_layers);
  }
  reader.finish();
  return decoder_layers;
}

void require_sound(model::EncoderConfig model, const std::string& where) {
  // The vocabulary's size and padding come from the text.
  model.vocab_size = std::max<std::int64_t>(2, model.vocab_size);
  model.pad_token_id = 0;
  base::at_place(fmt::format("[recipe] {}", where), [&] { model::validate(model); });
}

void require_positions(const Recipe& recipe, std::int64_t longest, const char* what) {
  const model::EncoderConfig& model = recipe.model;
  base::require(longest <= model.longest_sequence().value_or(longest),
                "[recipe] {}: expected model.max_position_embeddings to be at least {}, {}, but "
                "got {}",
                recipe.path.string(), what, longest, model.max_position_embeddings);
}

labelled::LabelledOptions read_labelled_data(const base::TomlTable& root, labelled::LabelUse use,
                                             Recipe& recipe) {
  const base::TomlTable data = root.table("data");
  labelled::LabelledOptions d = labelled::read_labelled_options(data, use);
  refuse_training_keys(data, keys_of_trained_words, recipe);
  base::require(recipe.checkpoint.empty() || d.vocabulary.empty(),
                "[recipe] {}: expected no data.vocabulary beside model.checkpoint, whose own is "
                "taken, but got {}",
                recipe.path.string(), d.vocabulary);
  labelled::for_each_file_list(d, [&](std::vector<std::string>& files) {
    for (auto& name : files) name = find_beside(name, recipe.path);
  });
  d.folder = find_beside(d.folder, recipe.path);
  d.vocabulary = find_beside(d.vocabulary, recipe.path);
  labelled::LabelledOptions plain;
  plain.use = use;
  const auto usual = values_of([&](const auto& visit) { labelled::for_each_option(plain, visit); });
  recipe.resolved.begin("data");
  labelled::for_each_option(d, [&](const base::Option& option, const auto& value) {
    if (!counts(option, keys_of_trained_words, recipe)) return;
    const std::string toml = to_toml(value);
    recipe.resolved.describe(option, toml_type(value), toml);
    const bool says_nothing = toml == "[]" || toml == "\"\"" || came_later(option.key);
    if (!says_nothing || toml != usual.at(option.key)) recipe.resolved.add(option.key, toml);
  });
  return d;
}

parallel::ParallelOptions read_parallel_data(const base::TomlTable& root, Recipe& recipe) {
  const base::TomlTable data = root.table("data");
  parallel::ParallelOptions d = parallel::read_parallel_options(data);
  refuse_training_keys(data, keys_of_trained_pieces, recipe);
  for (const char* key : {"vocabulary", "codes"})
    base::require(recipe.checkpoint.empty() || data.get(key, "").empty(),
                  "[recipe] {}: expected no data.{} beside model.checkpoint, whose own is taken, "
                  "but got {}",
                  data.where(key), key, data.get(key, ""));
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
    if (!counts(option, keys_of_trained_pieces, recipe)) return;
    const std::string toml = to_toml(value);
    recipe.resolved.describe(option, toml_type(value), toml);
    if (!is_absent(option, toml)) recipe.resolved.add(option.key, toml);
  });
  return d;
}

void LanguageKind::read(SectionReader& /*task*/, const base::TomlTable& root,
                        Recipe& recipe) const {
  read_language_model(root, /*is_decoder=*/use_ == data::DataUse::causal_language, recipe);
  recipe.options = read_data(root, use_, recipe);
}

void LanguageKind::validate(const Recipe& recipe) const {
  require_sound(recipe.model, recipe.path.string());
  std::int64_t longest = recipe.evaluation.length, shortest = longest;
  for (const auto& stage : recipe.training.stages) {
    longest = std::max(longest, stage.length);
    shortest = std::min(shortest, stage.length);
  }
  const std::string& vocabulary = options_of<data::DataOptions>(recipe).vocabulary;
  base::require(
      recipe.checkpoint.empty() || vocabulary.empty() || vocabulary == data::byte_vocabulary,
      "[recipe] {}: expected no data.vocabulary beside model.checkpoint, whose own is "
      "taken, but got {}",
      recipe.path.string(), vocabulary);
  base::require(
      shortest >= data::shortest_sequence || use_ != data::DataUse::masked_language,
      "[recipe] {}: expected stage.length and evaluate.length of {} or more tokens ([CLS], "
      "a word, [SEP]) but got {}",
      recipe.path.string(), data::shortest_sequence, shortest);
  require_positions(recipe, longest, "the longest sequence");
}

void require_kind_of_tokens(const Recipe& recipe, const text::Tokenizer& tokenizer,
                            const fs::path& folder) {
  const bool bytes = options_of<data::DataOptions>(recipe).is_bytes();
  if (tokenizer.is_bytes() == bytes) return;
  const char* remedy = "say data.vocabulary = \"bytes\"";
  if (bytes) remedy = "leave data.vocabulary out";
  if (recipe.task == "masked_lm") remedy = "a model of bytes has no [MASK]";
  base::fail("[task] {}: expected a tokenizer of {} for data.vocabulary of {} but got {}: {}",
             folder.string(), bytes ? "bytes (ByT5Tokenizer)" : "words", recipe.path.string(),
             tokenizer.facts().tokenizer_class, remedy);
}

data::DataOptions LanguageKind::text_options(const Recipe& recipe,
                                             const std::filesystem::path& vocabulary) {
  auto options = options_of<data::DataOptions>(recipe);
  if (vocabulary.empty()) return options;
  // Here, since a text is long to read.
  require_kind_of_tokens(recipe, text::Tokenizer::load(vocabulary), vocabulary);
  if (!options.is_bytes()) options.vocabulary = vocabulary.string();
  return options;
}

}  // namespace roformer::task
