#include "roformer/text/json_values.h"

namespace roformer::text {

using nlohmann::json;

std::string get_token(const json& object, const char* key, const std::string& fallback,
                      std::string_view name) {
  const auto place = object.find(key);
  if (place != object.end() && place->is_object())
    return get<std::string>(*place, "content", fallback, name);
  return get<std::string>(object, key, fallback, name);
}

std::int64_t get_model_max_length(const json& object, std::string_view name) {
  constexpr double no_limit = 1e9;
  const double length = get(object, "model_max_length", 0.0, name);
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
