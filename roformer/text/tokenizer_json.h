// tokenizer.json from and to JSON, whole and its normalizer, pre_tokenizer, post_processor and
// decoder. What is not supported is an Error that names file and field.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"
#include "roformer/text/wordpiece_tokenizer.h"

namespace roformer::text {

/// Parses a file. Throws Error naming file and line.
nlohmann::json read_json_file(const std::filesystem::path& file);
/// The same with its keys in the order of the file.
nlohmann::ordered_json read_ordered_json_file(const std::filesystem::path& file);

/// The words and the added tokens of a tokenizer.json with a WordPiece model, and nothing else of
/// it. Throws Error naming the key.
WordPieceFiles parse_json_words(const nlohmann::json& json, std::string_view name);

/// tokenizer.json with a WordPiece model. Its truncation and padding are left to the caller, as
/// transformers leaves them. Throws Error naming the key.
WordPieceFiles parse_tokenizer_json(const nlohmann::json& json, std::string_view name);

/// The tokenizer.json that reads back to these parts.
nlohmann::ordered_json make_tokenizer_json(const Vocabulary& vocabulary,
                                           const TokenizerConfig& config);

/// Reads a part of tokenizer.json into `config`; `name` is the file's. Throws Error naming the key.
void parse_normalizer(const nlohmann::json& part, std::string_view name, TokenizerConfig& config);
void parse_pre_tokenizer(const nlohmann::json& part, std::string_view name,
                         TokenizerConfig& config);
/// What has BERT's form only names the first and the separating token of `config`.
void parse_post_processor(const nlohmann::json& part, std::string_view name,
                          const Vocabulary& vocabulary, TokenizerConfig& config);
void parse_decoder(const nlohmann::json& part, std::string_view name, TokenizerConfig& config);

/// The parts of tokenizer.json that read back to the same configuration.
nlohmann::ordered_json make_normalizer(const TokenizerConfig& config);
nlohmann::ordered_json make_pre_tokenizer(const TokenizerConfig& config);
nlohmann::ordered_json make_post_processor(const Vocabulary& vocabulary,
                                           const TokenizerConfig& config);
nlohmann::ordered_json make_decoder(const TokenizerConfig& config);

}  // namespace roformer::text
