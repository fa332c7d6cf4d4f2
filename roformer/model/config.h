// The shape of an encoder and of an encoder-decoder, and what belongs to a head alone, in the words
// of Hugging Face's config.json. No tensors here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/attention/linear_settings.h"
#include "roformer/base/option.h"
#include "roformer/position/encoding_settings.h"
#include "roformer/product/activation_kernel.h"

namespace roformer::model {

/// Keys and defaults of transformers' RoFormerConfig and BertConfig; what they have no word for is
/// marked "ours". What each member means stands in its entry below.
struct EncoderConfig {
  std::string model_type = "roformer";
  std::int64_t vocab_size = 50000;
  std::int64_t hidden_size = 768;
  std::int64_t embedding_size = 768;
  std::int64_t num_hidden_layers = 12;
  std::int64_t num_attention_heads = 12;
  std::int64_t intermediate_size = 3072;
  std::string hidden_act = "gelu";
  double hidden_dropout_prob = 0.1;
  double attention_probs_dropout_prob = 0.1;
  std::int64_t max_position_embeddings = 1536;
  std::int64_t type_vocab_size = 2;
  double initializer_range = 0.02;
  double layer_norm_eps = 1e-12;
  std::int64_t pad_token_id = 0;
  bool tie_word_embeddings = true;
  std::string norm_type = "layer_norm";
  bool use_bias = true;
  bool embedding_norm = true;
  bool scale_embeddings = false;
  bool is_decoder = false;
  bool add_cross_attention = false;
  std::string attention = "softmax";
  attention::LinearSettings linear;     // ours: of linear attention
  position::EncodingSettings encoding;  // rotary_value is RoFormer's key, the others are ours

  std::int64_t head_size() const { return hidden_size / num_attention_heads; }
  /// Features that a rotary encoding turns in linear attention (Eq. 19); 0: none.
  std::int64_t turning_features() const;
  /// Where sequences end, as a table of positions does; none: any length.
  std::optional<std::int64_t> longest_sequence() const {
    return position::longest_sequence(encoding, max_position_embeddings);
  }
};

/// Which recipes read an option of a model.
enum class Recipes { none, language, all };
/// Whether config.json has it: always, where it is not what Hugging Face's class means without it,
/// or never.
enum class Stored { never, unless_usual, always };

/// An option's entry in the list of an encoder.
struct EncoderOption : base::Option {
  // MarianConfig's key; "_layers": encoder_layers and decoder_layers, each side's own; empty: none.
  const char* marian = "";
  Recipes recipes = Recipes::language;
  Stored stored = Stored::always;
};

/// visit(EncoderOption, member) for each member but those of the position encoding and of linear
/// attention, which have lists of their own.
template <typename Config, typename Visit>
requires std::is_same_v<const Config, const EncoderConfig>
void for_each_option(Config& c, const Visit& visit) {
  using enum Recipes;
  using enum Stored;
  using base::above, base::at_least, base::dropout_range;
  using E = EncoderOption;
  const char* type = "names of tensors, heads and defaults follow it";
  visit(E{{"model_type", type, {}, {"roformer", "bert"}}, "", none}, c.model_type);
  visit(E{{"vocab_size", "words; 0 in a recipe: the vocabulary's", at_least(1)}, "vocab_size", all},
        c.vocab_size);
  visit(E{{"hidden_size", "of a token's state", at_least(1)}, "d_model", all}, c.hidden_size);
  const char* embedding = "if it is not hidden_size, a projection follows (RoFormer only)";
  visit(E{{"embedding_size", embedding, at_least(1)}}, c.embedding_size);
  visit(E{{"num_hidden_layers", "blocks", at_least(0)}, "_layers", all}, c.num_hidden_layers);
  visit(E{{"num_attention_heads", "of a block", at_least(1)}, "_attention_heads", all},
        c.num_attention_heads);
  visit(E{{"intermediate_size", "of the feed-forward part", at_least(1)}, "_ffn_dim", all},
        c.intermediate_size);
  visit(E{{"hidden_act", "gelu, gelu_new, relu, silu"}, "activation_function", all}, c.hidden_act);
  visit(E{{"hidden_dropout_prob", "of states", dropout_range()}, "dropout", all},
        c.hidden_dropout_prob);
  const char* attention_dropout = "attention_dropout";
  visit(E{{"attention_probs_dropout_prob", "of weights", dropout_range()}, attention_dropout, all},
        c.attention_probs_dropout_prob);
  const char* positions = "max_position_embeddings";
  visit(E{{positions, "rows of a table of positions; rotary needs none"}, positions, all},
        c.max_position_embeddings);
  visit(E{{"type_vocab_size", "token types; 0: none", at_least(0)}}, c.type_vocab_size);
  visit(E{{"initializer_range", "standard deviation of drawn weights"}, "init_std"},
        c.initializer_range);
  visit(E{{"layer_norm_eps", "added to the variance", above(0)}, "layer_norm_eps", all},
        c.layer_norm_eps);
  visit(E{{"pad_token_id", "its embedding is 0"}, "pad_token_id", none}, c.pad_token_id);
  visit(E{{"tie_word_embeddings", "the output layer is the words' embeddings"}},
        c.tie_word_embeddings);
  const char* norm = "rms_norm: without weights (RoFormerV2)";
  visit(E{{"norm_type", norm, {}, {"layer_norm", "rms_norm"}}, "", language, unless_usual},
        c.norm_type);
  visit(E{{"use_bias", "of products in blocks; RoFormerV2: false"}, "", language, unless_usual},
        c.use_bias);
  visit(E{{"embedding_norm", "a norm behind the embeddings"}, "", none, never}, c.embedding_norm);
  const char* scale = "words are multiplied by sqrt(hidden_size)";
  visit(E{{"scale_embeddings", scale}, "scale_embedding", none, never}, c.scale_embeddings);
  visit(E{{"is_decoder", "a token sees none behind it"}, "", none, unless_usual}, c.is_decoder);
  visit(E{{"add_cross_attention", "decoders look at an encoder's states"}, "", none, unless_usual},
        c.add_cross_attention);
  visit(E{{"attention", "softmax, or linear (Eq. 18)", {}, {"softmax", "linear"}},
          "",
          language,
          unless_usual},
        c.attention);
}

/// Throws Error "[model] expected … but got …" naming the key for sizes that do not fit each other:
/// sizes < 1, hidden_size not a multiple of the heads, odd rotated size, unknown hidden_act,
/// model_type or position_encoding, dropout outside [0, 1), an encoding or a dropout that linear
/// attention has no place for.
void validate(const EncoderConfig& config);

/// What transformers' class of a model_type takes where config.json is silent.
EncoderConfig default_config(const std::string& model_type);

/// A model named after the paper's: "bert-base", "roformer-base" (bert-base-uncased's shape),
/// "…-small", "…-tiny"; of its Table 3 "bert-chinese", "wobert", "nezha", "roformer-chinese".
EncoderConfig preset(const std::string& name);

/// Both sides, which agree in vocabulary, sizes of states and pad_token_id.
struct EncoderDecoderConfig {
  EncoderConfig encoder;
  EncoderConfig decoder;                    // is_decoder, add_cross_attention
  std::int64_t eos_token_id = 0;            // ends a sequence on both sides
  std::int64_t decoder_start_token_id = 1;  // what the decoder reads before the first word
};

/// Throws Error "[model] expected … but got …" naming the key where a side is wrong in itself or
/// the sides do not fit each other.
void validate(const EncoderDecoderConfig& config);

/// One side of "transformer-base" (6 layers, 512, 8 heads, 2048; Vaswani et al. 2017, table 3),
/// "transformer-small" or "transformer-tiny": sinusoidal positions, ReLU, dropout 0.1 but for
/// attention weights (fairseq's transformer_wmt_en_de).
EncoderConfig translation_preset(const std::string& name);

/// Both sides of one shape; `decoder_layers` 0: as many as the encoder has.
EncoderDecoderConfig both_sides(const EncoderConfig& side, std::int64_t decoder_layers = 0);

/// How a multiple-choice head reads a sequence: transformers' summary_* keys.
struct SummaryOptions {
  std::string type = "last";
  bool use_projection = false;
  std::string activation;
  double first_dropout = 0.0;
  double last_dropout = 0.0;

  bool operator==(const SummaryOptions&) const = default;
};

/// Keys and defaults of transformers' RoFormerConfig and BertConfig; each head reads its own. What
/// each member means stands in its entry below.
struct HeadConfig {
  std::int64_t num_labels = 2;      // of a classification head
  std::vector<std::string> labels;  // their names; empty: LABEL_0, LABEL_1, …
  std::string problem_type;
  std::optional<double> classifier_dropout;
  SummaryOptions summary;
  std::string pooler_activation = "tanh";
};

/// visit(base::Option, member) for each key of config.json but those of the labels; they are
/// written where they differ from the default.
template <typename Head, typename Visit>
requires std::is_same_v<const Head, const HeadConfig>
void for_each_option(Head& h, const Visit& visit) {
  using base::Option, base::dropout_range;
  const char* single = "single_label_classification";
  const char* multi = "multi_label_classification";
  const char* problem = "what a classifier learns; empty: as the labels are";
  visit(Option{"problem_type", problem, {}, {"regression", single, multi}}, h.problem_type);
  visit(Option{"classifier_dropout", "BERT's heads; none: hidden_dropout_prob", dropout_range()},
        h.classifier_dropout);
  visit(Option{"pooler_activation", "linear: none (RoFormer-Sim)", {}, {"tanh", "linear"}},
        h.pooler_activation);
  const char* type = "what multiple choice reads; last and mean count padded places too";
  visit(Option{"summary_type", type, {}, {"last", "first", "mean"}}, h.summary.type);
  visit(Option{"summary_use_proj", "a product (hidden, hidden)"}, h.summary.use_projection);
  visit(Option{"summary_activation", "tanh or a hidden_act; empty: none"}, h.summary.activation);
  visit(Option{"summary_first_dropout", "before the projection", dropout_range()},
        h.summary.first_dropout);
  visit(Option{"summary_last_dropout", "behind the activation", dropout_range()},
        h.summary.last_dropout);
}

/// Throws Error "[model] expected … but got …" naming the key for unknown names, num_labels < 1 and
/// dropout outside [0, 1).
void validate(const HeadConfig& head);

/// gelu, gelu_new or gelu_pytorch_tanh, relu, silu or swish. Throws Error naming them for others.
product::Activation parse_activation(const std::string& name);

}  // namespace roformer::model
