#include "roformer/text/json_values.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "roformer/base/error.h"

namespace roformer::text {

using nlohmann::json;

template <typename Value>
Value get(const json& object, const char* key, Value fallback, std::string_view name) {
  const auto place = object.find(key);
  if (place == object.end() || place->is_null()) return fallback;
  constexpr bool whole = std::is_integral_v<Value> && !std::is_same_v<Value, bool>;
  // nlohmann turns numbers of any kind into each other, whatever is lost.
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const bool fits = !whole || (place->is_number_integer() && *place >= -most && *place <= most);
  base::require(fits, "[text] {}: key {}: expected a whole number but got {}", name, key,
                excerpt(*place));
  try {
    return place->get<Value>();
  } catch (const json::exception& error) {
    base::fail("[text] {}: key {}: {}", name, key, error.what());
  }
}

template bool get(const json&, const char*, bool, std::string_view);
template std::int32_t get(const json&, const char*, std::int32_t, std::string_view);
template std::int64_t get(const json&, const char*, std::int64_t, std::string_view);
template double get(const json&, const char*, double, std::string_view);
template std::string get(const json&, const char*, std::string, std::string_view);

std::string get_token(const json& object, const char* key, const std::string& fallback,
                      std::string_view name) {
  const auto place = object.find(key);
  if (place != object.end() && place->is_object())
    return get<std::string>(*place, "content", fallback, name);
  return get<std::string>(object, key, fallback, name);
}

std::int64_t get_model_max_length(const json& object, std::string_view name) {
  constexpr double no_limit = 1e9;
  // max_len is the key's older name.
  const double length = get(object, "model_max_length", get(object, "max_len", 0.0, name), name);
  return length > 0 && length < no_limit ? static_cast<std::int64_t>(length) : 0;
}

std::string type_of(const json& part, std::string_view field, std::string_view name) {
  const bool typed = part.is_object() && part.contains("type") && part["type"].is_string();
  base::require(typed, "[text] {}: {}: expected an object with a type but got {}", name, field,
                excerpt(part));
  return part["type"].get<std::string>();
}

void fail_unsupported(std::string_view type, std::string_view field, std::string_view name,
                      std::string_view supported) {
  base::fail("[text] {}: {}: {} is not supported; {} are", name, field, type, supported);
}

std::string excerpt(const json& value) {
  constexpr std::size_t most = 200;
  // A cut may fall into a character: what is no UTF-8 any more is replaced.
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > most) text = text.substr(0, most) + "…";
  return text;
}

}  // namespace roformer::text
