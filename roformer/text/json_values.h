// Values of JSON files, with errors that name file and key.
#pragma once
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "roformer/base/error.h"

namespace roformer::text {

/// The value of a key, or `fallback` where it is absent or null.
template <typename Value>
Value get(const nlohmann::json& object, const char* key, Value fallback, std::string_view name) {
  const auto place = object.find(key);
  if (place == object.end() || place->is_null()) return fallback;
  constexpr bool whole = std::is_integral_v<Value> && !std::is_same_v<Value, bool>;
  // nlohmann turns numbers of any kind into each other, whatever is lost.
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const bool fits = !whole || (place->is_number_integer() && *place >= -most && *place <= most);
  base::require(fits, "[text] {}: key {}: expected a whole number but got {}", name, key,
                place->dump());
  try {
    return place->get<Value>();
  } catch (const nlohmann::json::exception& error) {
    base::fail("[text] {}: key {}: {}", name, key, error.what());
  }
}

/// A special token: a string, or an object with its content.
std::string get_token(const nlohmann::json& object, const char* key, const std::string& fallback,
                      std::string_view name);

/// model_max_length; 0 where it is absent or says "none" (transformers writes 1e30).
std::int64_t get_model_max_length(const nlohmann::json& object, std::string_view name);

/// The "type" of a part of tokenizer.json. Throws Error if it is no object with a type.
std::string type_of(const nlohmann::json& part, std::string_view field, std::string_view name);

/// Throws Error naming file and field for a type that is not supported.
[[noreturn]] void fail_unsupported(std::string_view type, std::string_view field,
                                   std::string_view name, std::string_view supported);

/// Text for a message: JSON, cut after 200 characters.
std::string excerpt(const nlohmann::json& value);

}  // namespace roformer::text
