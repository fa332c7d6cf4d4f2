#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/model/encoder_decoder_config.h"
#include "roformer/task/recipe_sections.h"

namespace roformer::task {
namespace {

// What the blocks of every kind of model have.
void read_block(SectionReader& reader, model::EncoderConfig& m) {
  reader.read("num_attention_heads", m.num_attention_heads);
  reader.read("intermediate_size", m.intermediate_size);
  reader.read("hidden_act", m.hidden_act);
  reader.read("hidden_dropout_prob", m.hidden_dropout_prob);
  reader.read("attention_probs_dropout_prob", m.attention_probs_dropout_prob);
  reader.read("max_position_embeddings", m.max_position_embeddings);
}

// Options of another encoding would be without effect: an error.
void read_encoding(SectionReader& reader, position::EncodingSettings& encoding) {
  reader.read("position_encoding", encoding.name);
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

}  // namespace

void read_model(const base::TomlTable& root, bool is_decoder, Recipe& recipe) {
  SectionReader reader(root.table("model"), "model", recipe.resolved);
  std::string preset = "roformer-base";
  reader.read("preset", preset);
  recipe.model = model::preset(preset);
  model::EncoderConfig& m = recipe.model;
  const bool embedding_follows = !reader.has("embedding_size") && m.embedding_size == m.hidden_size;
  m.vocab_size = 0;
  m.is_decoder = is_decoder;
  reader.read("vocab_size", m.vocab_size);
  reader.read("hidden_size", m.hidden_size);
  if (embedding_follows) m.embedding_size = m.hidden_size;
  reader.read("embedding_size", m.embedding_size);
  reader.read("num_hidden_layers", m.num_hidden_layers);
  read_block(reader, m);
  reader.read("type_vocab_size", m.type_vocab_size);
  reader.read("initializer_range", m.initializer_range);
  reader.read("layer_norm_eps", m.layer_norm_eps);
  reader.read("tie_word_embeddings", m.tie_word_embeddings);
  reader.read("norm_type", m.norm_type);
  reader.read("use_bias", m.use_bias);
  read_encoding(reader, m.encoding);
  reader.read("attention", m.attention);
  read_linear(reader, m);
  reader.finish();
}

std::int64_t read_translation_model(const base::TomlTable& root, Recipe& recipe) {
  SectionReader reader(root.table("model"), "model", recipe.resolved);
  std::string preset = "transformer-base";
  reader.read("preset", preset);
  recipe.model = model::translation_preset(preset);
  model::EncoderConfig& m = recipe.model;
  m.vocab_size = 0;
  reader.read("vocab_size", m.vocab_size);
  reader.read("hidden_size", m.hidden_size);
  m.embedding_size = m.hidden_size;
  reader.read("num_hidden_layers", m.num_hidden_layers);
  std::int64_t decoder_layers = 0;
  reader.read("decoder_layers", decoder_layers);
  reader.require_at_least("decoder_layers", static_cast<double>(decoder_layers), 0);
  read_block(reader, m);
  reader.read("layer_norm_eps", m.layer_norm_eps);
  read_encoding(reader, m.encoding);
  reader.finish();
  return decoder_layers;
}

void require_sound(model::EncoderConfig model, const std::string& where) {
  // The vocabulary's size and padding come from the text.
  model.vocab_size = std::max<std::int64_t>(2, model.vocab_size);
  model.pad_token_id = 0;
  try {
    model::validate(model);
  } catch (const Error& error) {
    base::fail("[recipe] {}: {}", where, error.what());
  }
}

void require_positions(const model::EncoderConfig& model, std::int64_t longest, const char* what) {
  base::require(!position::has_position_table(model.encoding.name) ||
                    longest <= model.max_position_embeddings,
                "[recipe] expected model.max_position_embeddings to be at least {}, {}, but got {}",
                what, longest, model.max_position_embeddings);
}

}  // namespace roformer::task
