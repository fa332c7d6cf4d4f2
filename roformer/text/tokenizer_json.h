// tokenizer.json and tokenizer_config.json from and to JSON.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/tokenizer_files.h"

namespace roformer::text {

/// Parses a file. Throws Error naming file and line.
nlohmann::json read_json_file(const std::filesystem::path& file);

/// tokenizer.json with a WordPiece model and BertNormalizer. Throws Error naming the key.
TokenizerFiles parse_tokenizer_json(const nlohmann::json& json, std::string_view name);
/// Lays what a tokenizer_config.json states over `config`.
void apply_tokenizer_config(const nlohmann::json& json, std::string_view name,
                            TokenizerConfig& config);

/// The tokenizer.json that reads back to these parts.
nlohmann::ordered_json make_tokenizer_json(const Vocabulary& vocabulary,
                                           const TokenizerConfig& config,
                                           const std::vector<AddedToken>& added_tokens);
/// The tokenizer_config.json that transformers expects beside it.
nlohmann::ordered_json make_tokenizer_config(const TokenizerConfig& config);

}  // namespace roformer::text
