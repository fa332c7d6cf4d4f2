// The shape of an encoder, in the words of Hugging Face's config.json. No tensors here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "roformer/attention/linear_settings.h"
#include "roformer/position/encoding_settings.h"

namespace roformer::model {

/// How a multiple-choice head reads a sequence: transformers' summary_* keys.
struct SummaryOptions {
  std::string type = "last";    // last, first, mean; last and mean count padded places too
  bool use_projection = false;  // a product (hidden, hidden) behind it
  std::string activation;       // tanh or a hidden_act; empty: none
  double first_dropout = 0.0;   // before the projection
  double last_dropout = 0.0;    // behind the activation

  bool operator==(const SummaryOptions&) const = default;
};

/// Keys and defaults of transformers' RoFormerConfig and BertConfig; what they have no word for is
/// marked "ours".
struct EncoderConfig {
  std::string model_type =
      "roformer";  // "roformer" or "bert": tensor names, heads and defaults follow it
  std::int64_t vocab_size = 50000;
  std::int64_t embedding_size =
      768;  // != hidden_size adds a projection behind the embeddings (RoFormer only)
  std::int64_t hidden_size = 768;
  std::int64_t num_hidden_layers = 12;
  std::int64_t num_attention_heads = 12;
  std::int64_t intermediate_size = 3072;
  std::string hidden_act = "gelu";  // gelu, gelu_new, relu, silu
  double hidden_dropout_prob = 0.1;
  double attention_probs_dropout_prob = 0.1;
  std::int64_t max_position_embeddings = 1536;  // rows of a learned table; rotary needs none
  std::int64_t type_vocab_size = 2;             // 0: no token types
  double initializer_range = 0.02;
  double layer_norm_eps = 1e-12;
  std::int64_t pad_token_id = 0;
  bool tie_word_embeddings = true;
  position::EncodingSettings encoding;       // rotary_value is RoFormer's key, the others are ours
  std::string attention = "softmax";         // ours: or linear
  attention::LinearSettings linear;          // ours: of linear attention
  std::int64_t num_labels = 2;               // of a classification head
  std::string problem_type;                  // regression, single_label_classification,
                                             // multi_label_classification; empty: as labels are
  std::optional<double> classifier_dropout;  // BERT's heads; none: hidden_dropout_prob
  SummaryOptions summary;                    // RoFormer's multiple choice
  std::string pooler_activation = "tanh";    // or linear (RoFormer-Sim)
  std::string norm_type = "layer_norm";      // or rms_norm: no weights (RoFormerV2)
  bool embedding_norm = true;                // ours: LayerNorm behind the embeddings; else none
  bool scale_embeddings = false;             // Marian's key: words are multiplied by √hidden_size
  bool use_bias = true;                      // of the products in blocks; false in RoFormerV2
  bool is_decoder = false;                   // a token sees itself and those before it
  bool add_cross_attention = false;          // decoder blocks look at an encoder's states too

  std::int64_t head_size() const { return hidden_size / num_attention_heads; }
};

/// Throws Error "[model] expected … but got …" naming the key for sizes that do not fit each other:
/// sizes < 1, hidden_size not a multiple of the heads, odd rotated size, unknown hidden_act,
/// model_type or position_encoding, dropout outside [0, 1), an encoding or a dropout that linear
/// attention has no place for.
void validate(const EncoderConfig& config);

/// A model named after the paper's: "bert-base", "roformer-base" (bert-base-uncased's shape),
/// "…-small", "…-tiny".
EncoderConfig preset(const std::string& name);

}  // namespace roformer::model
