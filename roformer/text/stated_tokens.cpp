#include "roformer/text/stated_tokens.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "roformer/base/error.h"
#include "roformer/text/added_token_json.h"
#include "roformer/text/json_values.h"
#include "roformer/text/tokenizer_json.h"
#include "roformer/text/tokenizer_kinds.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kExtra = "extra_special_tokens";
constexpr const char* kExtraBefore = "additional_special_tokens";  // its name before transformers 5
constexpr const char* kDecoder = "added_tokens_decoder";

using NamedTokens = std::vector<std::pair<std::string, AddedToken>>;

bool is_named_key(std::string_view key) {
  return std::find(std::begin(kNamedKeys), std::end(kNamedKeys), key) != std::end(kNamedKeys);
}

bool is_own_name(std::string_view key) {
  return key.ends_with("_token") && !is_named_key(key);
}

// What Python takes for false: absent, null, an empty list or object.
bool is_nothing(const ordered_json& root, const char* key) {
  const auto place = root.find(key);
  return place == root.end() || place->is_null() || place->empty();
}

// The value leaves the object.
ordered_json take(ordered_json& root, const char* key) {
  const auto place = root.find(key);
  if (place == root.end()) return nullptr;
  ordered_json value = std::move(*place);
  root.erase(place);
  return value;
}

void put_named(const std::string& key, AddedToken token, NamedTokens& tokens) {
  const auto same = std::find_if(tokens.begin(), tokens.end(),
                                 [&](const auto& entry) { return entry.first == key; });
  if (same == tokens.end()) {
    tokens.emplace_back(key, std::move(token));
  } else {
    same->second = std::move(token);
  }
}

void put_all_named(const ordered_json& object, std::string_view name, NamedTokens& tokens) {
  for (const auto& [key, token] : object.items())
    put_named(key, parse_added_token(token, false, key, name), tokens);
}

// One pass over the files, as transformers' from_pretrained makes it: `settings_` are the arguments
// that it gathers for the tokenizer's class.
class Reading {
 public:
  explicit Reading(const TokenizerFolder& folder) : folder_(folder) {
    settings_ = folder.ordered_settings();
    name_ = folder.settings_file().string();
    if (settings_.is_null()) settings_ = ordered_json::object();
    base::require(settings_.is_object(), "[text] {}: expected a JSON object", name_);
  }

  StatedTokens read(const std::vector<AddedToken>& of_json) {
    if (!is_nothing(settings_, kExtraBefore) && is_nothing(settings_, kExtra))
      settings_[kExtra] = take(settings_, kExtraBefore);
    take_own_names();
    take_extra_names();
    if (settings_.contains(kDecoder)) {
      stated_.added = parse_added_tokens_decoder(json(settings_[kDecoder]), name_);
    } else {
      read_older_files(of_json);
    }
    read_named();
    read_others();
    return std::move(stated_);
  }

 private:
  // Tokens as strings under names of the model's own; objects join the others later.
  void take_own_names() {
    std::vector<std::string> keys;
    for (const auto& [key, value] : settings_.items()) {
      if (is_own_name(key) && value.is_string()) keys.push_back(key);
    }
    for (const std::string& key : keys)
      put_named(key, parse_added_token(take(settings_, key.c_str()), true, key, name_), own_);
  }

  // The list may be an object of names and tokens.
  void take_extra_names() {
    if (const auto place = settings_.find(kExtra); place != settings_.end() && place->is_object())
      put_all_named(take(settings_, kExtra), name_, own_);
  }

  void read_older_files(const std::vector<AddedToken>& of_json) {
    const auto map = folder_.path("special_tokens_map.json");
    if (std::filesystem::exists(map)) read_map(read_ordered_json_file(map), map.string());
    const auto added = folder_.path("added_tokens.json");
    if (std::filesystem::exists(added)) read_added(read_ordered_json_file(added), added.string());
    for (const AddedToken& token : of_json) put_by_id(token);
    std::stable_sort(stated_.added.begin(), stated_.added.end(),
                     [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  }

  // It has the last word, but for lists of the newer key, which join.
  void read_map(ordered_json map, const std::string& name) {
    base::require(map.is_object(), "[text] {}: expected a JSON object", name);
    for (auto& [key, value] : map.items()) {
      if (key == kExtra && value.is_array()) {
        join_extra(value, name);
      } else {
        if (value.is_object() && key != kExtra) value["special"] = true;
        settings_[key] = value;
      }
    }
    take_extra_names();
  }

  void join_extra(const ordered_json& list, const std::string& name) {
    ordered_json all = settings_.value(kExtra, ordered_json());
    if (all.is_null()) all = ordered_json::array();
    std::set<std::string> known;
    for (const auto& token : all)
      known.insert(parse_added_token(token, false, kExtra, name_).content);
    for (ordered_json token : list) {
      if (!known.insert(parse_added_token(token, true, kExtra, name).content).second) continue;
      if (token.is_object()) {
        token["special"] = true;
        token["__type"] = "AddedToken";
      }
      all.push_back(token);
    }
    settings_[kExtra] = all;
  }

  void read_added(const ordered_json& object, const std::string& name) {
    base::require(object.is_object(), "[text] {}: expected a JSON object", name);
    std::set<std::string> special;
    for (const std::string_view key : kNamedKeys) {
      const auto place = settings_.find(key);
      if (place != settings_.end() && !place->is_null())
        special.insert(parse_added_token(*place, true, key, name_).content);
    }
    for (const auto& token : settings_.value(kExtra, ordered_json()))
      special.insert(parse_added_token(token, true, kExtra, name_).content);
    for (const auto& [content, id] : object.items()) {
      const bool is_special = special.contains(content);
      put_by_id({.content = content,
                 .id = get(json(object), content.c_str(), std::int32_t{-1}, name),
                 .special = is_special,
                 .normalized = !is_special});
    }
  }

  void put_by_id(const AddedToken& token) {
    const auto same = std::find_if(stated_.added.begin(), stated_.added.end(),
                                   [&](const AddedToken& other) { return other.id == token.id; });
    if (same == stated_.added.end() || token.id < 0) {
      stated_.added.push_back(token);
    } else {
      *same = token;
    }
  }

  // A named token that is listed among the added ones has the flags that it has there.
  void read_named() {
    for (const std::string_view key : kNamedKeys) {
      const auto place = settings_.find(key);
      if (place == settings_.end()) continue;
      std::optional<AddedToken>& named = stated_.named[std::string(key)];
      if (place->is_null()) continue;
      named = parse_added_token(*place, true, key, name_);
      const auto listed =
          std::find_if(stated_.added.rbegin(), stated_.added.rend(),
                       [&](const AddedToken& token) { return token.content == named->content; });
      if (listed != stated_.added.rend()) named = *listed;
      named->id = -1;
    }
  }

  // Objects under names of the model's own come before what was taken out first; the lists last.
  void read_others() {
    NamedTokens all;
    for (const auto& [key, value] : settings_.items()) {
      if (is_own_name(key) && (value.is_string() || value.is_object()))
        put_named(key, parse_added_token(value, false, key, name_), all);
    }
    for (const auto& [key, token] : own_) put_named(key, token, all);
    for (auto& [key, token] : all) stated_.others.push_back(std::move(token));
    const char* key = settings_.contains(kExtra) ? kExtra : kExtraBefore;
    const ordered_json list = settings_.value(key, ordered_json());
    base::require(list.is_null() || list.is_array(),
                  "[text] {}: key {}: expected a list of tokens but got {}", name_, key,
                  excerpt(json(list)));
    for (const auto& token : list) {
      stated_.others.push_back(parse_added_token(token, false, key, name_));
      if (token.is_object() && !token.contains("__type"))
        stated_.of_older_list = stated_.others.back();
    }
  }

  const TokenizerFolder& folder_;
  std::string name_;
  ordered_json settings_;
  NamedTokens own_;
  StatedTokens stated_;
};

}  // namespace

std::string StatedTokens::content(std::string_view key, const std::string& fallback) const {
  const auto place = named.find(key);
  if (place == named.end()) return fallback;
  return place->second ? place->second->content : std::string();
}

StatedTokens read_stated_tokens(const TokenizerFolder& folder,
                                const std::vector<AddedToken>& of_json) {
  return Reading(folder).read(of_json);
}

}  // namespace roformer::text
