#include "roformer/model/config.h"

#include <fmt/ranges.h>

#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"

namespace roformer::model {
namespace {

// What linear attention cannot have, with the reason: section 3.3 of the paper.
void validate_linear(const EncoderConfig& config) {
  const position::EncodingSettings& encoding = config.encoding;
  attention::validate(config.linear);
  base::require(
      !position::acts_on_single_scores(encoding),
      "[model] expected a position_encoding that acts on embeddings, queries, keys or values with "
      "linear attention but got '{}', which changes the score of each pair of tokens: linear "
      "attention never computes these (section 3.3 of the paper: rotation keeps the norm, so it "
      "can be combined with linear attention)",
      encoding.name);
  base::require(config.attention_probs_dropout_prob == 0,
                "[model] expected attention_probs_dropout_prob = 0 with linear attention, which "
                "has no weights to drop, but got {}",
                config.attention_probs_dropout_prob);
  base::require(!config.add_cross_attention,
                "[model] expected softmax attention with add_cross_attention but got linear");
}

void validate_encoding(const EncoderConfig& config) {
  position::validate(config.encoding);
  if (config.attention == "linear") validate_linear(config);
  position::validate_for(config.encoding, config.head_size(), config.turning_features());
}

void require_same(const char* key, std::int64_t encoder, std::int64_t decoder) {
  base::require(encoder == decoder,
                "[model] expected {} to be the same in encoder and decoder but got {} and {}", key,
                encoder, decoder);
}

void require_id(const char* key, std::int64_t id, std::int64_t vocab_size) {
  base::require(id >= 0 && id < vocab_size, "[model] expected {} in 0 .. {} but got {}", key,
                vocab_size - 1, id);
}

struct Shape {
  const char* name;
  std::int64_t layers, hidden, heads, intermediate;

  void give(EncoderConfig& config) const {
    config.embedding_size = config.hidden_size = hidden;
    config.num_hidden_layers = layers;
    config.num_attention_heads = heads;
    config.intermediate_size = intermediate;
  }
};

// base: bert-base-uncased (Devlin et al. 2019), section 4.2 of the paper. small: RoFormer-small
// (Zhuiyi), BERT-small's shape. tiny: what two cores pre-train in minutes.
constexpr Shape shapes[] = {
    {"base", 12, 768, 12, 3072}, {"small", 6, 384, 6, 1536}, {"tiny", 4, 256, 4, 1024}};

// base: Vaswani et al. 2017, table 3. small: what two cores train in hours; tiny: in minutes, the
// depth of fairseq's transformer_iwslt_de_en halved.
constexpr Shape translation_shapes[] = {{"transformer-base", 6, 512, 8, 2048},
                                        {"transformer-small", 6, 256, 4, 1024},
                                        {"transformer-tiny", 3, 256, 4, 1024}};

// The paper's Table 3, of base size: vocabularies and lengths as published (Google's
// bert-base-chinese, Zhuiyi's WoBERT and chinese_roformer_L-12_H-768_A-12, Huawei's NEZHA-base; the
// RoFormer of section 4.5 has seen 1,536 tokens).
constexpr struct {
  const char* name;
  const char* model_type;
  const char* encoding;
  std::int64_t vocab_size, max_position_embeddings;
} chinese_presets[] = {{"bert-chinese", "bert", "learned", 21128, 512},
                       {"wobert", "bert", "learned", 33586, 512},
                       {"nezha", "bert", "nezha", 21128, 512},
                       {"roformer-chinese", "roformer", "rotary", 50000, 1536}};

[[noreturn]] void fail_without_preset(const std::string& name,
                                      const std::vector<std::string>& known) {
  base::fail("[model] expected a preset of {} but got '{}'{}", fmt::join(known, ", "), name,
             base::did_you_mean(name, known));
}

}  // namespace

std::int64_t EncoderConfig::turning_features() const {
  if (attention != "linear" || linear.rotation != "features") return 0;
  return roformer::attention::feature_size(linear, head_size());
}

void validate(const EncoderConfig& config) {
  for_each_option(config, [](const EncoderOption& option, const auto& value) {
    base::require_allowed("[model]", option, value);
  });
  base::require(
      config.hidden_size % config.num_attention_heads == 0,
      "[model] expected hidden_size to be a multiple of num_attention_heads but got {} and {}",
      config.hidden_size, config.num_attention_heads);
  base::require(config.model_type != "bert" || config.embedding_size == config.hidden_size,
                "[model] expected embedding_size = hidden_size in a BERT but got {} and {}",
                config.embedding_size, config.hidden_size);
  base::require(config.pad_token_id >= 0 && config.pad_token_id < config.vocab_size,
                "[model] expected pad_token_id in 0 .. {} but got {}", config.vocab_size - 1,
                config.pad_token_id);
  parse_activation(config.hidden_act);
  validate_encoding(config);
  base::require(config.is_decoder || !config.add_cross_attention,
                "[model] expected is_decoder with add_cross_attention but got an encoder");
}

EncoderConfig default_config(const std::string& model_type) {
  EncoderConfig config;
  config.model_type = model_type;
  if (model_type == "bert") {
    config.vocab_size = 30522;
    config.max_position_embeddings = 512;
    config.encoding.name = "learned";
  }
  return config;
}

EncoderConfig preset(const std::string& name) {
  std::vector<std::string> known;
  for (const std::string type : {"roformer", "bert"}) {
    for (const Shape& shape : shapes) {
      known.push_back(type + "-" + shape.name);
      if (name != known.back()) continue;
      EncoderConfig config = default_config(type);
      config.vocab_size = 30522;
      shape.give(config);
      config.max_position_embeddings = 512;
      return config;
    }
  }
  for (const auto& chinese : chinese_presets) {
    known.emplace_back(chinese.name);
    if (name != known.back()) continue;
    EncoderConfig config = default_config(chinese.model_type);
    shapes[0].give(config);
    config.vocab_size = chinese.vocab_size;
    config.encoding.name = chinese.encoding;
    config.max_position_embeddings = chinese.max_position_embeddings;
    return config;
  }
  fail_without_preset(name, known);
}

void validate(const EncoderDecoderConfig& config) {
  const EncoderConfig &encoder = config.encoder, &decoder = config.decoder;
  validate(encoder);
  validate(decoder);
  base::require(!encoder.is_decoder && decoder.is_decoder && decoder.add_cross_attention,
                "[model] expected an encoder, and a decoder with add_cross_attention, but got "
                "is_decoder {} and {}, add_cross_attention {}",
                encoder.is_decoder, decoder.is_decoder, decoder.add_cross_attention);
  require_same("vocab_size", encoder.vocab_size, decoder.vocab_size);
  require_same("hidden_size", encoder.hidden_size, decoder.hidden_size);
  require_same("pad_token_id", encoder.pad_token_id, decoder.pad_token_id);
  require_same("embedding_size and hidden_size", encoder.embedding_size, encoder.hidden_size);
  require_same("embedding_size and hidden_size", decoder.embedding_size, decoder.hidden_size);
  require_id("eos_token_id", config.eos_token_id, encoder.vocab_size);
  require_id("decoder_start_token_id", config.decoder_start_token_id, encoder.vocab_size);
}

EncoderConfig translation_preset(const std::string& name) {
  std::vector<std::string> known;
  for (const Shape& shape : translation_shapes) {
    known.emplace_back(shape.name);
    if (name != shape.name) continue;
    EncoderConfig config;
    config.encoding.name = "sinusoidal";
    config.encoding.sinusoid_halves = true;
    shape.give(config);
    config.hidden_act = "relu";
    config.hidden_dropout_prob = 0.1;
    config.attention_probs_dropout_prob = 0;
    config.layer_norm_eps = 1e-5;
    config.max_position_embeddings = 1024;  // fairseq's max_source_positions
    config.type_vocab_size = 0;
    config.embedding_norm = false;
    config.scale_embeddings = true;
    return config;
  }
  fail_without_preset(name, known);
}

EncoderDecoderConfig both_sides(const EncoderConfig& side, std::int64_t decoder_layers) {
  EncoderDecoderConfig config;
  config.encoder = config.decoder = side;
  config.decoder.is_decoder = config.decoder.add_cross_attention = true;
  if (decoder_layers > 0) config.decoder.num_hidden_layers = decoder_layers;
  return config;
}

void validate(const HeadConfig& head) {
  base::require(head.num_labels >= 1, "[model] expected num_labels >= 1 but got {}",
                head.num_labels);
  for_each_option(head, [&](const base::Option& option, const auto& value) {
    if (option.key == std::string_view("problem_type") && head.problem_type.empty()) return;
    base::require_allowed("[model]", option, value);
  });
  if (!head.summary.activation.empty() && head.summary.activation != "tanh")
    parse_activation(head.summary.activation);
}

product::Activation parse_activation(const std::string& name) {
  if (name == "gelu") return product::Activation::gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return product::Activation::gelu_new;
  if (name == "relu") return product::Activation::relu;
  if (name == "silu" || name == "swish") return product::Activation::silu;
  base::fail("[model] expected hidden_act to be gelu, gelu_new, relu or silu but got '{}'{}", name,
             base::did_you_mean(name, {"gelu", "gelu_new", "relu", "silu"}));
}

}  // namespace roformer::model
