#include "roformer/model/config.h"

#include <fmt/ranges.h>

#include <vector>

#include "roformer/base/error.h"
#include "roformer/model/activation_name.h"

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

}  // namespace

std::int64_t EncoderConfig::turning_features() const {
  if (attention != "linear" || linear.rotation != "features") return 0;
  return roformer::attention::feature_size(linear, head_size());
}

std::optional<std::int64_t> EncoderConfig::longest_sequence() const {
  return position::longest_sequence(encoding, max_position_embeddings);
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

namespace {

struct Shape {
  const char* name;
  std::int64_t layers, hidden, heads, intermediate;
};

// base: bert-base-uncased (Devlin et al. 2019), section 4.2 of the paper. small: RoFormer-small
// (Zhuiyi), BERT-small's shape. tiny: what two cores pre-train in minutes.
constexpr Shape shapes[] = {
    {"base", 12, 768, 12, 3072}, {"small", 6, 384, 6, 1536}, {"tiny", 4, 256, 4, 1024}};

}  // namespace

EncoderConfig preset(const std::string& name) {
  std::vector<std::string> known;
  for (const std::string type : {"roformer", "bert"}) {
    for (const Shape& shape : shapes) {
      known.push_back(type + "-" + shape.name);
      if (name != known.back()) continue;
      EncoderConfig config;
      config.model_type = type;
      config.encoding.name = type == "bert" ? "learned" : "rotary";
      config.vocab_size = 30522;
      config.embedding_size = config.hidden_size = shape.hidden;
      config.num_hidden_layers = shape.layers;
      config.num_attention_heads = shape.heads;
      config.intermediate_size = shape.intermediate;
      config.max_position_embeddings = 512;
      return config;
    }
  }
  base::fail("[model] expected a preset of {} but got '{}'", fmt::join(known, ", "), name);
}

}  // namespace roformer::model
