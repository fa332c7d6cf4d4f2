// tokenizer.json from and to JSON; a file as JSON.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/wordpiece_files.h"

namespace roformer::text {

/// Parses a file. Throws Error naming file and line.
nlohmann::json read_json_file(const std::filesystem::path& file);

/// tokenizer.json with a WordPiece model. Its truncation and padding are left to the caller, as
/// transformers leaves them. Throws Error naming the key.
WordPieceFiles parse_tokenizer_json(const nlohmann::json& json, std::string_view name);

/// The tokenizer.json that reads back to these parts.
nlohmann::ordered_json make_tokenizer_json(const Vocabulary& vocabulary,
                                           const TokenizerConfig& config,
                                           const std::vector<AddedToken>& added_tokens);

}  // namespace roformer::text
