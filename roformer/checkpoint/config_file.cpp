#include "roformer/checkpoint/config_file.h"

#include <array>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/config_reader.h"
#include "roformer/checkpoint/encoding_keys.h"

namespace roformer::checkpoint {
namespace {

using model::EncoderConfig;
using nlohmann::json;

constexpr int kMaxConfigDepth = 16;
constexpr std::int64_t kMaxLabels = 1'000'000;  // more is a broken file, not a classifier

/// What transformers' classes take where config.json is silent.
EncoderConfig defaults_of(const std::string& model_type) {
  EncoderConfig config;
  config.model_type = model_type;
  if (model_type == "bert") {
    config.vocab_size = 30522;
    config.max_position_embeddings = 512;
    config.encoding.name = "learned";
  }
  return config;
}

std::string read_model_type(const ConfigReader& reader) {
  const std::string model_type = reader.string("model_type", "");
  base::require(
      model_type == "roformer" || model_type == "bert",
      "[checkpoint] {}: expected model_type to be \"roformer\" or \"bert\" but got \"{}\"{}",
      reader.name(), model_type,
      model_type == "marian" || model_type == "roformer_translation"
          ? ", an encoder-decoder: translate takes it"
          : "");
  return model_type;
}

void refuse_other_models(const ConfigReader& reader) {
  reader.require_absent_or("position_embedding_type", "absolute", "relative keys are not read");
}

void read_sizes(const ConfigReader& reader, EncoderConfig& config) {
  config.vocab_size = reader.integer("vocab_size", config.vocab_size);
  config.hidden_size = reader.integer("hidden_size", config.hidden_size);
  config.embedding_size = reader.has("embedding_size")
                              ? reader.integer("embedding_size", config.hidden_size)
                              : config.hidden_size;
  config.num_hidden_layers = reader.integer("num_hidden_layers", config.num_hidden_layers);
  config.num_attention_heads = reader.integer("num_attention_heads", config.num_attention_heads);
  config.intermediate_size = reader.integer("intermediate_size", config.intermediate_size);
  config.max_position_embeddings =
      reader.integer("max_position_embeddings", config.max_position_embeddings);
  config.type_vocab_size = reader.integer("type_vocab_size", config.type_vocab_size);
  if (reader.has("pad_token_id"))
    config.pad_token_id = reader.integer("pad_token_id", config.pad_token_id);
}

void read_behaviour(const ConfigReader& reader, EncoderConfig& config) {
  config.hidden_act = reader.string("hidden_act", config.hidden_act);
  config.hidden_dropout_prob = reader.number("hidden_dropout_prob", config.hidden_dropout_prob);
  config.attention_probs_dropout_prob =
      reader.number("attention_probs_dropout_prob", config.attention_probs_dropout_prob);
  config.initializer_range = reader.number("initializer_range", config.initializer_range);
  config.layer_norm_eps = reader.number("layer_norm_eps", config.layer_norm_eps);
  config.tie_word_embeddings = reader.boolean("tie_word_embeddings", config.tie_word_embeddings);
}

// Keys of encodings that the model does not have are left alone: transformers writes rotary_value
// into every RoFormer's file.
void read_extensions(const ConfigReader& reader, EncoderConfig& config) {
  read_encoding_keys(reader, config.encoding);
  reader.read("attention", config.attention);
  if (config.attention != "linear") return;
  attention::for_each_option(config.linear,
                             [&](const char* key, auto& value) { reader.read(key, value); });
}

// JunnYu's code takes every norm_type but "layer_norm" for the norm without weights.
void read_variant(const ConfigReader& reader, EncoderConfig& config) {
  config.is_decoder = reader.boolean("is_decoder", config.is_decoder);
  config.add_cross_attention = reader.boolean("add_cross_attention", config.add_cross_attention);
  config.use_bias = reader.boolean("use_bias", config.use_bias);
  if (reader.string("norm_type", "layer_norm") != "layer_norm") config.norm_type = "rms_norm";
  config.pooler_activation = reader.string("pooler_activation", config.pooler_activation);
}

// What RoFormerSequenceSummary reads; "cls_index" without an index is the last place too.
void read_summary(const ConfigReader& reader, model::SummaryOptions& summary) {
  summary.type = reader.string("summary_type", summary.type);
  if (summary.type == "cls_index") summary.type = "last";
  summary.use_projection = reader.boolean("summary_use_proj", summary.use_projection);
  if (summary.use_projection)
    reader.require_absent_or("summary_proj_to_labels", false,
                             "transformers' own class fails on it");
  if (reader.has("summary_activation"))
    summary.activation = reader.string("summary_activation", "");
  summary.first_dropout = reader.number("summary_first_dropout", summary.first_dropout);
  summary.last_dropout = reader.number("summary_last_dropout", summary.last_dropout);
}

void read_head(const ConfigReader& reader, EncoderConfig& config) {
  if (reader.has("classifier_dropout"))
    config.classifier_dropout = reader.number("classifier_dropout", 0);
  if (reader.has("problem_type")) config.problem_type = reader.string("problem_type", "");
  read_summary(reader, config.summary);
}

void check_sizes(const ConfigReader& reader, const EncoderConfig& config) {
  base::require(config.model_type != "bert" || config.embedding_size == config.hidden_size,
                "[checkpoint] {}: expected embedding_size to be hidden_size {} for model_type bert "
                "but got {}",
                reader.name(), config.hidden_size, config.embedding_size);
  base::require(config.type_vocab_size >= 1,
                "[checkpoint] {}: expected type_vocab_size >= 1 but got {}", reader.name(),
                config.type_vocab_size);
  base::require(config.pad_token_id >= 0 && config.pad_token_id < config.vocab_size,
                "[checkpoint] {}: expected pad_token_id from 0 to vocab_size - 1 = {} but got {}",
                reader.name(), config.vocab_size - 1, config.pad_token_id);
  try {
    model::validate(config);
  } catch (const Error& error) {
    base::fail("[checkpoint] {}: {}", reader.name(), error.what());
  }
}

// id2label: {"0": "name", …}, every class once.
std::vector<std::string> read_labels(const ConfigReader& reader) {
  if (!reader.has("id2label")) return {};
  const json& object = reader.at("id2label");
  if (!object.is_object() || object.empty()) reader.fail("id2label", "an object of labels", object);
  std::vector<std::string> labels;
  for (std::size_t id = 0; id < object.size(); ++id) {
    const auto found = object.find(std::to_string(id));
    if (found == object.end())
      reader.fail("id2label", fmt::format("an object with the key \"{}\"", id), object);
    if (!found->is_string()) reader.fail(fmt::format("id2label \"{}\"", id), "a string", *found);
    labels.push_back(found->get<std::string>());
  }
  return labels;
}

void read_label_count(const ConfigReader& reader, CheckpointConfig& config) {
  config.labels = read_labels(reader);
  EncoderConfig& encoder = config.encoder;
  const auto named = static_cast<std::int64_t>(config.labels.size());
  if (reader.has("num_labels")) encoder.num_labels = reader.integer("num_labels", 2);
  if (named > 0) {
    if (reader.has("num_labels") && encoder.num_labels != named) {
      reader.fail("num_labels", fmt::format("{}, the number of labels in id2label", named),
                  reader.at("num_labels"));
    }
    encoder.num_labels = named;
  }
  base::require(encoder.num_labels >= 1 && encoder.num_labels <= kMaxLabels,
                "[checkpoint] {}: expected num_labels from 1 to {} but got {}", reader.name(),
                kMaxLabels, encoder.num_labels);
}

// The first architecture listed.
std::string read_architecture(const ConfigReader& reader) {
  if (!reader.has("architectures")) return {};
  const json& list = reader.at("architectures");
  if (!list.is_array()) reader.fail("architectures", "an array of class names", list);
  if (list.empty()) return {};
  if (!list.front().is_string()) reader.fail("architectures", "an array of class names", list);
  return list.front().get<std::string>();
}

void write_encoder(const EncoderConfig& config, json& object) {
  object["model_type"] = config.model_type;
  object["vocab_size"] = config.vocab_size;
  if (config.model_type == "roformer") {
    object["embedding_size"] = config.embedding_size;
    object["rotary_value"] = config.encoding.rotary_value;
  }
  object["hidden_size"] = config.hidden_size;
  object["num_hidden_layers"] = config.num_hidden_layers;
  object["num_attention_heads"] = config.num_attention_heads;
  object["intermediate_size"] = config.intermediate_size;
  object["hidden_act"] = config.hidden_act;
  object["hidden_dropout_prob"] = config.hidden_dropout_prob;
  object["attention_probs_dropout_prob"] = config.attention_probs_dropout_prob;
  object["max_position_embeddings"] = config.max_position_embeddings;
  object["type_vocab_size"] = config.type_vocab_size;
  object["initializer_range"] = config.initializer_range;
  object["layer_norm_eps"] = config.layer_norm_eps;
  object["pad_token_id"] = config.pad_token_id;
  object["tie_word_embeddings"] = config.tie_word_embeddings;
}

// Keys without which Hugging Face's classes mean the same are left out.
template <typename T>
void write_unless_default(json& object, const char* key, const T& value, const T& fallback) {
  if (value == fallback) {
    object.erase(key);
  } else {
    object[key] = value;
  }
}

void write_extensions(const EncoderConfig& config, json& object) {
  const EncoderConfig defaults = defaults_of(config.model_type);
  write_unless_default(object, "position_encoding", config.encoding.name, defaults.encoding.name);
  write_encoding_keys(config.encoding, defaults.encoding, object);
  write_unless_default(object, "attention", config.attention, defaults.attention);
  attention::for_each_option(config.linear, [&](const char* key, const auto& value) {
    if (config.attention == "linear") object[key] = value;
  });
}

void write_summary(const model::SummaryOptions& summary, json& object) {
  const model::SummaryOptions defaults;
  write_unless_default(object, "summary_type", summary.type, defaults.type);
  write_unless_default(object, "summary_use_proj", summary.use_projection, defaults.use_projection);
  write_unless_default(object, "summary_activation", summary.activation, defaults.activation);
  write_unless_default(object, "summary_first_dropout", summary.first_dropout,
                       defaults.first_dropout);
  write_unless_default(object, "summary_last_dropout", summary.last_dropout, defaults.last_dropout);
}

void write_variant(const EncoderConfig& config, json& object) {
  const EncoderConfig defaults = defaults_of(config.model_type);
  write_unless_default(object, "is_decoder", config.is_decoder, defaults.is_decoder);
  write_unless_default(object, "add_cross_attention", config.add_cross_attention,
                       defaults.add_cross_attention);
  write_unless_default(object, "use_bias", config.use_bias, defaults.use_bias);
  write_unless_default(object, "norm_type", config.norm_type, defaults.norm_type);
  write_unless_default(object, "pooler_activation", config.pooler_activation,
                       defaults.pooler_activation);
  write_unless_default(object, "problem_type", config.problem_type, defaults.problem_type);
  if (config.classifier_dropout) {
    object["classifier_dropout"] = *config.classifier_dropout;
  } else {
    object.erase("classifier_dropout");
  }
  write_summary(config.summary, object);
}

void write_labels(const CheckpointConfig& config, json& object) {
  for (const char* key : {"num_labels", "id2label", "label2id"}) object.erase(key);
  if (config.labels.empty() && config.encoder.num_labels == 2) return;
  json id2label = json::object();
  json label2id = json::object();
  for (std::int64_t id = 0; id < config.encoder.num_labels; ++id) {
    const auto index = static_cast<std::size_t>(id);
    const std::string label =
        index < config.labels.size() ? config.labels[index] : fmt::format("LABEL_{}", id);
    id2label[std::to_string(id)] = label;
    label2id[label] = id;
  }
  object["id2label"] = id2label;
  object["label2id"] = label2id;
}

}  // namespace

CheckpointConfig parse_config(std::string_view text, std::string_view name) {
  const json object = base::parse_json(text, name, kMaxConfigDepth);
  const ConfigReader reader(object, name);
  CheckpointConfig config;
  config.encoder = defaults_of(read_model_type(reader));
  refuse_other_models(reader);
  read_sizes(reader, config.encoder);
  read_behaviour(reader, config.encoder);
  read_extensions(reader, config.encoder);
  read_variant(reader, config.encoder);
  read_head(reader, config.encoder);
  read_label_count(reader, config);
  check_sizes(reader, config.encoder);
  config.architecture = read_architecture(reader);
  config.source = std::string(text);
  return config;
}

CheckpointConfig load_config(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  return parse_config(base::read_file(path), path.string());
}

std::string format_config(const CheckpointConfig& config) {
  json object = config.source.empty()
                    ? json::object()
                    : base::parse_json(config.source, "config.json", kMaxConfigDepth);
  write_encoder(config.encoder, object);
  write_extensions(config.encoder, object);
  write_labels(config, object);
  write_variant(config.encoder, object);
  if (!config.architecture.empty()) object["architectures"] = {config.architecture};
  object["dtype"] = "float32";  // what save_model writes, whatever the weights were before
  object.erase("torch_dtype");
  return object.dump(2) + "\n";
}

}  // namespace roformer::checkpoint
