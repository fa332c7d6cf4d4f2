#include "roformer/pipeline/settings_file.h"

#include <spdlog/spdlog.h>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/format/printable.h"

namespace roformer::pipeline {

using nlohmann::json;

namespace {

constexpr int deepest = 16;

}  // namespace

SettingsFile::SettingsFile(std::filesystem::path path)
    : path_(std::move(path)), object_(json::object()) {
  if (!std::filesystem::exists(path_)) return;
  object_ = base::parse_json(base::read_file(path_), path_.string(), deepest);
  base::require(object_.is_object(), "[pipeline] {}: expected an object", path_.string());
}

bool SettingsFile::has(const char* key) const {
  const auto place = object_.find(key);
  return place != object_.end() && !place->is_null();
}

const json& SettingsFile::take(const char* key) {
  static const json none;
  known_.insert(key);
  const auto place = object_.find(key);
  return place == object_.end() ? none : *place;
}

bool SettingsFile::flag(const char* key, bool fallback) {
  const json& value = take(key);
  if (value.is_null()) return fallback;
  if (!value.is_boolean()) fail(key, "true or false");
  return value.get<bool>();
}

std::string SettingsFile::text(const char* key, const std::string& fallback) {
  const json& value = take(key);
  if (value.is_null()) return fallback;
  if (!value.is_string()) fail(key, "a string");
  return value.get<std::string>();
}

std::int64_t SettingsFile::count(const char* key) {
  const json& value = take(key);
  if (value.is_null()) return 0;
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0 ||
      value.get<std::uint64_t>() >= (1ULL << 31))
    fail(key, "a whole number above 0");
  return value.get<std::int64_t>();
}

void SettingsFile::pass_over(std::initializer_list<const char*> keys) {
  known_.insert(keys.begin(), keys.end());
}

void SettingsFile::require(const char* key, const json& expected) {
  const json& value = take(key);
  if (!value.is_null() && value != expected)
    fail(key, fmt::format("{}, all that is computed here,", expected.dump()));
}

void SettingsFile::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (!known_.contains(key))
      spdlog::warn("{}: {} is not known here and changes nothing", path_.string(),
                   format::printable(key));
  }
}

void SettingsFile::fail(const char* key, const std::string& expected) const {
  base::fail(
      "[pipeline] {}: expected {} to be {} but got {}", path_.string(), key, expected,
      format::printable(object_.at(key).dump(-1, ' ', true, json::error_handler_t::replace)));
}

}  // namespace roformer::pipeline
