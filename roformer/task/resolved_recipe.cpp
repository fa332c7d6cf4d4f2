#include "roformer/task/resolved_recipe.h"

#include <fmt/format.h>

#include "roformer/base/error.h"

namespace roformer::task {

void ResolvedRecipe::begin(std::string section) {
  sections_.push_back({std::move(section), {}});
}

void ResolvedRecipe::add(std::string key, std::string toml_value) {
  sections_.back().values.emplace_back(std::move(key), std::move(toml_value));
}

void ResolvedRecipe::set_last(std::string_view key, std::string toml_value) {
  auto& [last, value] = sections_.back().values.back();
  base::require(last == key, "[recipe] expected {} to be the last key but got {}", key, last);
  value = std::move(toml_value);
}

void ResolvedRecipe::describe(const base::Option& option, std::string type,
                              std::string default_value) {
  keys_.push_back({.section = sections_.back().name,
                   .key = option.key,
                   .type = std::move(type),
                   .default_value = std::move(default_value),
                   .about = option.about,
                   .range = option.range,
                   .one_of = option.one_of});
}

std::string ResolvedRecipe::to_toml() const {
  std::string text;
  for (const Section& section : sections_) {
    text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section.name);
    for (const auto& [key, value] : section.values) text += fmt::format("{} = {}\n", key, value);
  }
  return text;
}

std::map<std::string, std::string> ResolvedRecipe::flat() const {
  std::map<std::string, std::string> values;
  std::map<std::string, int> elements;
  for (const Section& section : sections_) {
    std::string prefix = section.name;
    if (prefix.starts_with("[")) {
      prefix = prefix.substr(1, prefix.size() - 2);
      prefix += fmt::format(".{}", elements[prefix]++);
    }
    for (const auto& [key, value] : section.values)
      values[fmt::format("{}.{}", prefix, key)] = value;
  }
  return values;
}

bool SectionReader::has_instead(const char* key, const char* other) const {
  const bool has_other = has(other);
  if (!has(key) || !has_other) return has(key);
  const bool counts = table_.is_changed(key);
  refuse_without_effect(counts ? other : key,
                        fmt::format("expected either {} or {} but got both", other, key));
  return counts;
}

std::string to_toml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04X}", static_cast<int>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string to_toml(bool value) {
  return value ? "true" : "false";
}

std::string to_toml(double value) {
  std::string text = fmt::format("{}", value);
  // TOML tells a float from an integer by its point or exponent.
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

}  // namespace roformer::task
