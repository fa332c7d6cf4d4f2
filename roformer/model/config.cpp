#include "roformer/model/config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/model/activation_name.h"

namespace roformer::model {
namespace {

void require_positive(const char* key, std::int64_t value) {
  base::require(value >= 1, "[model] expected {} >= 1 but got {}", key, value);
}

void require_share(const char* key, double value) {
  base::require(value >= 0 && value < 1, "[model] expected {} in [0, 1) but got {}", key, value);
}

void validate_rotation(const EncoderConfig& config) {
  const std::int64_t dim = config.encoding.rotary_dim;
  const std::int64_t rotated = dim > 0 ? dim : config.head_size();
  base::require(rotated % 2 == 0 && rotated <= config.head_size(),
                "[model] expected an even head size (hidden_size / num_attention_heads) or "
                "rotary_dim within it, since "
                "dimensions turn in pairs, but got head size {} and rotary_dim {}",
                config.head_size(), dim);
}

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
  if (encoding.name != "rotary" || config.linear.rotation != "features") return;
  const std::int64_t features = attention::feature_size(config.linear, config.head_size());
  base::require(features % 2 == 0,
                "[model] expected an even number of features (num_features), since Eq. 19 turns "
                "them in pairs, but got {}",
                features);
  base::require(
      encoding.rotary_dim == 0 && !encoding.rotary_value && encoding.xpos_scale_base == 0,
      "[model] expected rotary_dim, rotary_value and xpos_scale_base unset where features "
      "turn (Eq. 19) but got {}, {} and {}; feature_rotation = \"inputs\" knows them",
      encoding.rotary_dim, encoding.rotary_value, encoding.xpos_scale_base);
}

void validate_encoding(const EncoderConfig& config) {
  position::validate(config.encoding);
  if (config.encoding.name == "rotary") validate_rotation(config);
  base::require(config.attention == "softmax" || config.attention == "linear",
                "[model] expected attention to be softmax or linear but got '{}'",
                config.attention);
  if (config.attention == "linear") validate_linear(config);
}

void require_one_of(const char* key, const std::string& value,
                    const std::vector<std::string>& known) {
  base::require(std::find(known.begin(), known.end(), value) != known.end(),
                "[model] expected {} to be one of {} but got '{}'", key, fmt::join(known, ", "),
                value);
}

void validate_choices(const EncoderConfig& config) {
  require_one_of("norm_type", config.norm_type, {"layer_norm", "rms_norm"});
  require_one_of("pooler_activation", config.pooler_activation, {"tanh", "linear"});
  require_one_of("summary_type", config.summary.type, {"last", "first", "mean"});
  if (!config.problem_type.empty())
    require_one_of("problem_type", config.problem_type,
                   {"regression", "single_label_classification", "multi_label_classification"});
  if (!config.summary.activation.empty() && config.summary.activation != "tanh")
    parse_activation(config.summary.activation);
  require_share("summary_first_dropout", config.summary.first_dropout);
  require_share("summary_last_dropout", config.summary.last_dropout);
  if (config.classifier_dropout) require_share("classifier_dropout", *config.classifier_dropout);
  base::require(config.is_decoder || !config.add_cross_attention,
                "[model] expected is_decoder with add_cross_attention but got an encoder");
}

}  // namespace

void validate(const EncoderConfig& config) {
  base::require(config.model_type == "roformer" || config.model_type == "bert",
                "[model] expected model_type roformer or bert but got '{}'", config.model_type);
  require_positive("vocab_size", config.vocab_size);
  require_positive("embedding_size", config.embedding_size);
  require_positive("hidden_size", config.hidden_size);
  require_positive("num_attention_heads", config.num_attention_heads);
  require_positive("intermediate_size", config.intermediate_size);
  base::require(config.type_vocab_size >= 0, "[model] expected type_vocab_size >= 0 but got {}",
                config.type_vocab_size);
  require_positive("num_labels", config.num_labels);
  base::require(config.num_hidden_layers >= 0, "[model] expected num_hidden_layers >= 0 but got {}",
                config.num_hidden_layers);
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
  require_share("hidden_dropout_prob", config.hidden_dropout_prob);
  require_share("attention_probs_dropout_prob", config.attention_probs_dropout_prob);
  base::require(config.layer_norm_eps > 0, "[model] expected layer_norm_eps > 0 but got {}",
                config.layer_norm_eps);
  parse_activation(config.hidden_act);
  validate_encoding(config);
  validate_choices(config);
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
