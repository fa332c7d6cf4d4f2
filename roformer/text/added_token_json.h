// Added tokens as files have them: tokenizer.json a list, tokenizer_config.json an object by id.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// A token with its flags: a string, or an object with `content`. A string is special; an object
/// says so itself, else it is what `special` says, and what is not special is looked for in the
/// normalised text. Throws Error naming `key` for anything else.
AddedToken parse_added_token(const nlohmann::ordered_json& token, bool special,
                             std::string_view key, std::string_view name);

/// tokenizer.json's added_tokens. Throws Error naming the key.
std::vector<AddedToken> parse_added_tokens(const nlohmann::json& list, std::string_view name);
/// tokenizer_config.json's added_tokens_decoder, in the order of its ids. Throws Error naming the
/// key.
std::vector<AddedToken> parse_added_tokens_decoder(const nlohmann::json& object,
                                                   std::string_view name);
/// Adds the token, or replaces the one of the same content.
void put_added_token(AddedToken token, std::vector<AddedToken>& tokens);

/// An entry of tokenizer.json's list.
nlohmann::ordered_json make_added_token(const AddedToken& token);

}  // namespace roformer::text
