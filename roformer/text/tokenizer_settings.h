// tokenizer_config.json beside a vocabulary, read and written.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// Lays what a tokenizer_config.json states over `config`, but for its special and added tokens
/// (stated_tokens.h). Throws Error naming the key.
void apply_tokenizer_config(const nlohmann::json& json, std::string_view name,
                            TokenizerConfig& config);

/// The tokenizer_config.json that transformers expects beside a vocabulary.
nlohmann::ordered_json make_tokenizer_config(const TokenizerConfig& config);

}  // namespace roformer::text
