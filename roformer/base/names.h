// Values that have names in files and on the command line, as tables of both.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace roformer::base {

/// A line of such a table.
template <typename Value>
using Named = std::pair<const char*, Value>;

/// The value of that name, if there is one.
template <typename Value, std::size_t count>
std::optional<Value> find_named(const Named<Value> (&table)[count], std::string_view name) {
  for (const auto& [own, value] : table) {
    if (own == name) return value;
  }
  return std::nullopt;
}

/// The name of a value; null where the table lacks it.
template <typename Value, std::size_t count>
const char* name_in(const Named<Value> (&table)[count], Value value) {
  for (const auto& [own, other] : table) {
    if (other == value) return own;
  }
  return nullptr;
}

}  // namespace roformer::base
