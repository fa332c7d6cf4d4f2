#include "roformer/text/added_token_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/text/json_values.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

AddedToken parse_object(const json& object, bool special, std::string_view name) {
  base::require(object.is_object() && object.contains("content"),
                "[text] {}: expected an added token with its content but got {}", name,
                excerpt(object));
  AddedToken token;
  token.content = get<std::string>(object, "content", "", name);
  token.special = get(object, "special", special, name);
  token.normalized = get(object, "normalized", !token.special, name);
  token.single_word = get(object, "single_word", false, name);
  token.lstrip = get(object, "lstrip", false, name);
  token.rstrip = get(object, "rstrip", false, name);
  return token;
}

}  // namespace

AddedToken parse_added_token(const ordered_json& token, bool special, std::string_view key,
                             std::string_view name) {
  if (token.is_string()) return {.content = token.get<std::string>()};
  base::require(token.is_object() && token.contains("content"),
                "[text] {}: key {}: expected a token but got {}", name, key, excerpt(json(token)));
  return parse_object(json(token), special, name);
}

std::vector<AddedToken> parse_added_tokens(const json& list, std::string_view name) {
  std::vector<AddedToken> tokens;
  if (list.is_null()) return tokens;
  base::require(list.is_array(), "[text] {}: expected added_tokens to be a list but got {}", name,
                excerpt(list));
  for (const json& entry : list) {
    base::require(entry.is_object(), "[text] {}: expected an added token but got {}", name,
                  excerpt(entry));
    AddedToken token = parse_object(entry, false, name);
    token.id = get(entry, "id", std::int32_t{-1}, name);
    put_added_token(std::move(token), tokens);
  }
  return tokens;
}

std::vector<AddedToken> parse_added_tokens_decoder(const json& object, std::string_view name) {
  std::vector<AddedToken> tokens;
  if (object.is_null()) return tokens;
  base::require(object.is_object(),
                "[text] {}: expected added_tokens_decoder to be an object but got {}", name,
                excerpt(object));
  for (const auto& [id, entry] : object.items()) {
    const bool number =
        !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == id.npos;
    base::require(number,
                  "[text] {}: expected ids as the keys of added_tokens_decoder but got '{}'", name,
                  id);
    AddedToken token = parse_object(entry, false, name);
    token.id = std::stoi(id);
    tokens.push_back(std::move(token));
  }
  std::stable_sort(tokens.begin(), tokens.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  return tokens;
}

void put_added_token(AddedToken token, std::vector<AddedToken>& tokens) {
  const auto same = std::find_if(tokens.begin(), tokens.end(), [&](const AddedToken& other) {
    return other.content == token.content;
  });
  if (same == tokens.end()) {
    tokens.push_back(std::move(token));
  } else {
    *same = std::move(token);
  }
}

ordered_json make_added_token(const AddedToken& token) {
  return {{"id", token.id},          {"content", token.content}, {"single_word", token.single_word},
          {"lstrip", token.lstrip},  {"rstrip", token.rstrip},   {"normalized", token.normalized},
          {"special", token.special}};
}

}  // namespace roformer::text
