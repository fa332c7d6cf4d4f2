#include "roformer/checkpoint/config_reader.h"

#include <limits>

#include "roformer/base/error.h"

namespace roformer::checkpoint {

ConfigReader::ConfigReader(const nlohmann::json& object, std::string_view name)
    : object_(object), name_(name) {
  base::require(object.is_object(), "[checkpoint] {}: expected a JSON object but got {}", name,
                object.type_name());
}

const nlohmann::json* ConfigReader::find(const char* key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool ConfigReader::has(const char* key) const {
  return find(key) != nullptr;
}

void ConfigReader::fail(std::string_view key, std::string_view expected,
                        const nlohmann::json& found) const {
  constexpr std::size_t kLongest = 80;
  std::string text = found.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
  base::fail("[checkpoint] {}: expected {} to be {} but got {}", name_, key, expected, text);
}

std::int64_t ConfigReader::integer(const char* key, std::int64_t fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  const bool fits =
      value->is_number_integer() &&
      (!value->is_number_unsigned() ||
       value->get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
  if (!fits) fail(key, "a whole number", *value);
  return value->get<std::int64_t>();
}

double ConfigReader::number(const char* key, double fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_number()) fail(key, "a number", *value);
  return value->get<double>();
}

bool ConfigReader::boolean(const char* key, bool fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) fail(key, "true or false", *value);
  return value->get<bool>();
}

std::string ConfigReader::string(const char* key, const std::string& fallback) const {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_string()) fail(key, "a string", *value);
  return value->get<std::string>();
}

void ConfigReader::read(const char* key, std::vector<double>& value) const {
  const nlohmann::json* found = find(key);
  if (found == nullptr) return;
  if (!found->is_array()) fail(key, "an array of numbers", *found);
  value.clear();
  for (const auto& element : *found) {
    if (!element.is_number()) fail(key, "an array of numbers", *found);
    value.push_back(element.get<double>());
  }
}

void ConfigReader::require_absent_or(const char* key, const nlohmann::json& value,
                                     std::string_view reason) const {
  if (has(key) && *find(key) != value)
    fail(key, fmt::format("{} ({})", value.dump(), reason), *find(key));
}

}  // namespace roformer::checkpoint
