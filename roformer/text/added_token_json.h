// Added tokens in tokenizer.json (a list) and in tokenizer_config.json (an object by id).
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// tokenizer.json's added_tokens. Throws Error naming the key.
std::vector<AddedToken> parse_added_tokens(const nlohmann::json& list, std::string_view name);
/// tokenizer_config.json's added_tokens_decoder. Throws Error naming the key.
std::vector<AddedToken> parse_added_tokens_decoder(const nlohmann::json& object,
                                                   std::string_view name);
/// Adds the token, or replaces the one of the same content.
void put_added_token(AddedToken token, std::vector<AddedToken>& tokens);

/// An entry of tokenizer.json's list.
nlohmann::ordered_json make_added_token(const AddedToken& token);

}  // namespace roformer::text
