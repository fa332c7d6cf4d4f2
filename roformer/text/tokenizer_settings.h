// Files beside a vocabulary: tokenizer_config.json, special_tokens_map.json, added_tokens.json; and
// added tokens as tokenizer.json (a list) and tokenizer_config.json (an object by id) have them.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

class TokenizerFolder;

/// tokenizer.json's added_tokens. Throws Error naming the key.
std::vector<AddedToken> parse_added_tokens(const nlohmann::json& list, std::string_view name);
/// tokenizer_config.json's added_tokens_decoder. Throws Error naming the key.
std::vector<AddedToken> parse_added_tokens_decoder(const nlohmann::json& object,
                                                   std::string_view name);
/// Adds the token, or replaces the one of the same content.
void put_added_token(AddedToken token, std::vector<AddedToken>& tokens);

/// An entry of tokenizer.json's list.
nlohmann::ordered_json make_added_token(const AddedToken& token);

/// Lays what a tokenizer_config.json states over `config`. Throws Error naming the key.
void apply_tokenizer_config(const nlohmann::json& json, std::string_view name,
                            TokenizerConfig& config);
/// The names of the special tokens in special_tokens_map.json, which older folders have.
void apply_special_tokens_map(const nlohmann::json& json, std::string_view name,
                              TokenizerConfig& config);
/// Tokens and ids of added_tokens.json, which older folders have.
void apply_added_tokens(const nlohmann::json& json, std::string_view name, TokenizerConfig& config);

/// What tokenizer_config.json says and, as in transformers where that lists no added tokens,
/// special_tokens_map.json, which then has the last word, and added_tokens.json.
void apply_folder_settings(const TokenizerFolder& folder, TokenizerConfig& config);

/// The tokenizer_config.json that transformers expects beside a vocabulary.
nlohmann::ordered_json make_tokenizer_config(const TokenizerConfig& config);

}  // namespace roformer::text
