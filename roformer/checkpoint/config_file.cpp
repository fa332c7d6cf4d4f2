#include "roformer/checkpoint/config_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/config_reader.h"
#include "roformer/checkpoint/encoding_keys.h"

namespace roformer::checkpoint {
namespace {

using model::EncoderConfig;
using nlohmann::json;

constexpr int kMaxConfigDepth = 16;
constexpr std::int64_t kMaxLabels = 1'000'000;  // more is a broken file, not a classifier

std::string read_model_type(const ConfigReader& reader) {
  std::string model_type = reader.string("model_type", "");
  base::require(
      model_type == "roformer" || model_type == "bert",
      "[checkpoint] {}: expected model_type to be \"roformer\" or \"bert\" but got \"{}\"{}",
      reader.name(), model_type,
      model_type == "marian" || model_type == "roformer_translation"
          ? ", an encoder-decoder: translate takes it"
          : "");
  return model_type;
}

// Keys of encodings that the model does not have are left alone: transformers writes rotary_value
// into every RoFormer's file.
void read_encoder(const ConfigReader& reader, EncoderConfig& config) {
  model::for_each_option(config, [&](const model::EncoderOption& option, auto& value) {
    const std::string_view key = option.key;
    if (key == "embedding_size") config.embedding_size = config.hidden_size;
    if (option.stored == model::Stored::never) return;
    reader.read(option.key, value);
  });
  // JunnYu's code takes every norm_type but "layer_norm" for the norm without weights.
  if (config.norm_type != "layer_norm") config.norm_type = "rms_norm";
  read_encoding_keys(reader, config.encoding);
  if (config.attention != "linear") return;
  attention::for_each_option(config.linear, [&](const base::Option& option, auto& value) {
    reader.read(option.key, value);
  });
}

// What RoFormerSequenceSummary reads; "cls_index" without an index is the last place too.
void read_head(const ConfigReader& reader, model::HeadConfig& head) {
  model::for_each_option(
      head, [&](const base::Option& option, auto& value) { reader.read(option.key, value); });
  if (head.summary.type == "cls_index") head.summary.type = "last";
  if (head.summary.use_projection)
    reader.require_absent_or("summary_proj_to_labels", false,
                             "transformers' own class fails on it");
}

// id2label: {"0": "name", …}, as many as there are classes. Labels may be numbers, and classes
// without one have transformers' name.
std::vector<std::string> read_labels(const ConfigReader& reader) {
  if (!reader.has("id2label")) return {};
  const json& object = reader.at("id2label");
  if (!object.is_object() || object.empty()) reader.fail("id2label", "an object of labels", object);
  for (const auto& item : object.items()) {
    if (item.key().empty() || item.key().find_first_not_of("0123456789") != item.key().npos)
      reader.fail("id2label", "an object whose keys are numbers", object);
  }
  std::vector<std::string> labels;
  for (std::size_t id = 0; id < object.size(); ++id) {
    const auto found = object.find(std::to_string(id));
    const bool named = found != object.end() && !found->is_null();
    labels.push_back(!named               ? fmt::format("LABEL_{}", id)
                     : found->is_string() ? found->get<std::string>()
                                          : found->dump());
  }
  return labels;
}

void read_label_count(const ConfigReader& reader, model::HeadConfig& head) {
  head.labels = read_labels(reader);
  const auto named = static_cast<std::int64_t>(head.labels.size());
  if (reader.has("num_labels")) head.num_labels = reader.integer("num_labels", 2);
  if (named > 0) {
    if (reader.has("num_labels") && head.num_labels != named) {
      reader.fail("num_labels", fmt::format("{}, the number of labels in id2label", named),
                  reader.at("num_labels"));
    }
    head.num_labels = named;
  }
  base::require(head.num_labels >= 1 && head.num_labels <= kMaxLabels,
                "[checkpoint] {}: expected num_labels from 1 to {} but got {}", reader.name(),
                kMaxLabels, head.num_labels);
}

// The first architecture listed.
std::string read_architecture(const ConfigReader& reader) {
  if (!reader.has("architectures")) return {};
  const json& list = reader.at("architectures");
  if (list.is_array() && list.empty()) return {};
  if (!list.is_array() || !list.front().is_string())
    reader.fail("architectures", "an array of class names", list);
  return list.front().get<std::string>();
}

template <typename T>
json json_of(const T& value) {
  return value;
}

json json_of(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

template <typename Options>
json json_of_options(const Options& options) {
  json all = json::object();
  for_each_option(options, [&](const base::Option& option, const auto& value) {
    all[option.key] = json_of(value);
  });
  return all;
}

// Keys without which Hugging Face's classes mean the same are left out.
void write_unless_usual(json& object, const std::string& key, const json& value,
                        const json& usual) {
  if (value == usual) {
    object.erase(key);
  } else {
    object[key] = value;
  }
}

void write_encoder(const EncoderConfig& config, json& object) {
  const bool is_bert = config.model_type == "bert";
  const EncoderConfig usual = model::default_config(config.model_type);
  const json defaults = json_of_options(usual);
  model::for_each_option(config, [&](const model::EncoderOption& option, const auto& value) {
    if (option.stored == model::Stored::never) return;
    if (is_bert && option.key == std::string_view("embedding_size")) return;
    const bool always = option.stored == model::Stored::always;
    write_unless_usual(object, option.key, value, always ? json() : defaults.at(option.key));
  });
  if (!is_bert) object["rotary_value"] = config.encoding.rotary_value;
  write_unless_usual(object, "position_encoding", config.encoding.name, usual.encoding.name);
  write_encoding_keys(config.encoding, usual.encoding, object);
  if (config.attention == "linear") object.update(json_of_options(config.linear));
}

void write_labels(const model::HeadConfig& head, json& object) {
  for (const char* key : {"num_labels", "id2label", "label2id"}) object.erase(key);
  if (head.labels.empty() && head.num_labels == 2) return;
  json id2label = json::object();
  json label2id = json::object();
  for (std::int64_t id = 0; id < head.num_labels; ++id) {
    const auto index = static_cast<std::size_t>(id);
    const std::string label =
        index < head.labels.size() ? head.labels[index] : fmt::format("LABEL_{}", id);
    id2label[std::to_string(id)] = label;
    label2id[label] = id;
  }
  object["id2label"] = id2label;
  object["label2id"] = label2id;
}

void write_head(const model::HeadConfig& head, json& object) {
  write_labels(head, object);
  const json defaults = json_of_options(model::HeadConfig()), options = json_of_options(head);
  for (const auto& [key, value] : options.items())
    write_unless_usual(object, key, value, defaults.at(key));
}

}  // namespace

CheckpointConfig parse_config(std::string_view text, std::string_view name) {
  const json object = base::parse_json(text, name, kMaxConfigDepth);
  const ConfigReader reader(object, name);
  CheckpointConfig config;
  config.encoder = model::default_config(read_model_type(reader));
  reader.require_absent_or("position_embedding_type", "absolute", "relative keys are not read");
  read_encoder(reader, config.encoder);
  read_head(reader, config.head);
  read_label_count(reader, config.head);
  base::at_place(reader.place(), [&] {
    model::validate(config.encoder);
    model::validate(config.head);
  });
  config.architecture = read_architecture(reader);
  config.source = std::string(text);
  return config;
}

std::string format_config(const CheckpointConfig& config) {
  json object = config.source.empty()
                    ? json::object()
                    : base::parse_json(config.source, "config.json", kMaxConfigDepth);
  write_encoder(config.encoder, object);
  write_head(config.head, object);
  if (!config.architecture.empty()) object["architectures"] = {config.architecture};
  object["dtype"] = "float32";  // what save_model writes, whatever the weights were before
  object.erase("torch_dtype");
  return object.dump(2) + "\n";
}

}  // namespace roformer::checkpoint
