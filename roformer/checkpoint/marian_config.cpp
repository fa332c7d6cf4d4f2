#include "roformer/checkpoint/marian_config.h"

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/config_reader.h"
#include "roformer/checkpoint/encoding_keys.h"

namespace roformer::checkpoint {
namespace {

using model::EncoderConfig;
using nlohmann::json;

constexpr int marian_config_depth = 16;
constexpr const char* marian_type = "marian";
constexpr const char* our_type = "roformer_translation";
constexpr double marian_epsilon = 1e-5;  // torch.nn.LayerNorm's default, no key of Marian's

bool is_marian(const EncoderConfig& side) {
  return side.encoding.name == "sinusoidal" && side.encoding.sinusoid_halves &&
         side.layer_norm_eps == marian_epsilon;
}

// What MarianConfig takes where config.json is silent.
EncoderConfig marian_defaults() {
  EncoderConfig side = model::translation_preset("transformer-base");
  side.vocab_size = 58101;
  side.hidden_size = 1024;
  side.hidden_act = "gelu";
  side.scale_embeddings = false;
  side.pad_token_id = 58100;
  side.num_hidden_layers = 12;
  side.num_attention_heads = 16;
  side.intermediate_size = 4096;
  return side;
}

void refuse_other_transformers(const ConfigReader& reader) {
  reader.require_absent_or("normalize_before", false, "pre-norm blocks are not read");
  reader.require_absent_or("normalize_embedding", false,
                           "a norm behind the embeddings is not read");
  reader.require_absent_or("add_final_layer_norm", false, "a last norm is not read");
  reader.require_absent_or("share_encoder_decoder_embeddings", true,
                           "separate tables of words are not read");
  reader.require_absent_or("tie_word_embeddings", true, "an output table of its own is not read");
  reader.require_absent_or("is_encoder_decoder", true, "this is a decoder alone");
}

// visit(key, member) for what MarianConfig has a word for: common to both sides if `name` is empty,
// else the side's own.
template <typename Config, typename Visit>
void for_each_key(Config& side, const std::string& name, const Visit& visit) {
  model::for_each_option(side, [&](const model::EncoderOption& option, auto& value) {
    const std::string key = option.marian;
    if (!key.empty() && key.starts_with('_') == !name.empty()) visit(name + key, value);
  });
}

void read_keys(const ConfigReader& reader, const std::string& name, EncoderConfig& side) {
  for_each_key(side, name,
               [&](const std::string& key, auto& value) { reader.read(key.c_str(), value); });
}

void write_keys(const std::string& name, const EncoderConfig& side, json& object) {
  for_each_key(side, name, [&](const std::string& key, const auto& value) { object[key] = value; });
}

void read_encoding(const ConfigReader& reader, bool is_ours, EncoderConfig& side) {
  if (!is_ours) return;
  side.encoding = {};
  read_encoding_keys(reader, side.encoding);
}

void write_ids(const model::EncoderDecoderConfig& config, json& object) {
  object["eos_token_id"] = config.eos_token_id;
  object["decoder_start_token_id"] = config.decoder_start_token_id;
  object["forced_eos_token_id"] = config.eos_token_id;
  object.emplace("bos_token_id", nullptr);
}

// What MarianConfig would guess otherwise than we mean.
void write_constants(json& object) {
  object["is_encoder_decoder"] = true;
  object["share_encoder_decoder_embeddings"] = true;
  object["tie_word_embeddings"] = true;
  object.emplace("activation_dropout", 0.0);
  object["dtype"] = "float32";  // what is saved, whatever the weights were before
  object.erase("torch_dtype");
}

void write_encoding(const EncoderConfig& side, json& object) {
  const bool ours = !is_marian(side);
  object["model_type"] = ours ? our_type : marian_type;
  object["architectures"] = {ours ? "RoFormerTranslationModel" : "MarianMTModel"};
  object.erase("position_encoding");
  write_encoding_keys(side.encoding, {}, object);
  if (ours) {
    object["position_encoding"] = side.encoding.name;
    object["rotary_value"] = side.encoding.rotary_value;
  } else {
    object.erase("sinusoid_halves");
  }
  if (side.layer_norm_eps == marian_epsilon) object.erase("layer_norm_eps");
}

}  // namespace

bool is_translation_config(std::string_view text, std::string_view name) {
  const json object = base::parse_json(text, name, marian_config_depth);
  if (!object.is_object() || !object.contains("model_type")) return false;
  return object["model_type"] == marian_type || object["model_type"] == our_type;
}

TranslationConfig parse_translation_config(std::string_view text, std::string_view name) {
  const json object = base::parse_json(text, name, marian_config_depth);
  const ConfigReader reader(object, name);
  const std::string type = reader.string("model_type", "");
  base::require(
      type == marian_type || type == our_type,
      "[checkpoint] {}: expected an encoder-decoder, model_type \"{}\" or \"{}\", but got "
      "\"{}\"",
      reader.name(), marian_type, our_type, type);
  refuse_other_transformers(reader);
  EncoderConfig side = marian_defaults();
  read_keys(reader, "", side);
  side.embedding_size = side.hidden_size;
  read_encoding(reader, type == our_type, side);
  const std::int64_t words = reader.integer("decoder_vocab_size", side.vocab_size);
  base::require(words == side.vocab_size,
                "[checkpoint] {}: expected decoder_vocab_size to be vocab_size {} but got {}",
                reader.name(), side.vocab_size, words);
  TranslationConfig config;
  config.model = model::both_sides(side);
  read_keys(reader, "encoder", config.model.encoder);
  read_keys(reader, "decoder", config.model.decoder);
  config.model.eos_token_id = reader.integer("eos_token_id", 0);
  config.model.decoder_start_token_id = reader.integer("decoder_start_token_id", side.pad_token_id);
  base::at_place(reader.place(), [&] { model::validate(config.model); });
  config.source = std::string(text);
  return config;
}

std::string format_translation_config(const TranslationConfig& config) {
  json object = config.source.empty()
                    ? json::object()
                    : base::parse_json(config.source, "config.json", marian_config_depth);
  const EncoderConfig& side = config.model.encoder;
  object["decoder_vocab_size"] = side.vocab_size;
  write_keys("", side, object);
  write_keys("encoder", side, object);
  write_keys("decoder", config.model.decoder, object);
  write_ids(config.model, object);
  write_encoding(side, object);
  write_constants(object);
  return object.dump(2) + "\n";
}

}  // namespace roformer::checkpoint
