// config.json in Hugging Face's words, for model_type roformer and bert. Keys and defaults are
// those of transformers' RoFormerConfig and BertConfig, and norm_type, use_bias and
// pooler_activation of JunnYu's RoFormerConfig (RoFormerV2, RoFormer-Sim); our extra keys
// (position_encoding, rope_theta, rotary_dim, rotary_interleaved) are written only where they
// differ from what Hugging Face's classes mean without them.
#pragma once
#include <string>
#include <string_view>

#include "roformer/model/config.h"

namespace roformer::checkpoint {

/// What config.json says.
struct CheckpointConfig {
  model::EncoderConfig encoder;
  model::HeadConfig head;
  std::string architecture;  // Hugging Face's name of the class; empty: config.json does not say
  std::string source;        // the JSON it was read from: unknown keys survive a load and a save
};

/// Reads the text of a config.json; `name` is the file's, for messages. Throws Error naming file
/// and key for a wrong type, a model_type other than roformer and bert, and anything that the
/// engine does not compute (relative position embeddings, BERT with embedding_size != hidden_size).
CheckpointConfig parse_config(std::string_view text, std::string_view name);

/// config.json as transformers would read it.
std::string format_config(const CheckpointConfig& config);

/// The key of the release of roformer that saved a model (save.h), as transformers_version is that
/// of transformers, which keeps it.
inline constexpr const char* kVersionKey = "roformer_version";

}  // namespace roformer::checkpoint
