// Every key of a recipe with the value it ended up with, defaults included: what is printed at the
// start of a run, saved with it, and compared when it is resumed.
#pragma once
#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/toml_table.h"

namespace roformer::task {

/// Values in the order of reading, as TOML text.
class ResolvedRecipe {
 public:
  /// Starts a section: "model", or "[stage]" for an element of an array of tables.
  void begin(std::string section);
  /// Adds a value to the section begun last.
  void add(std::string key, std::string toml_value);

  /// A TOML file that reads back to the same recipe.
  std::string to_toml() const;
  /// "model.hidden_size" → "256"; elements of an array of tables are numbered as --set numbers
  /// them: "stage.0.steps".
  std::map<std::string, std::string> flat() const;

 private:
  struct Section {
    std::string name;
    std::vector<std::pair<std::string, std::string>> values;
  };
  std::vector<Section> sections_;
};

/// A value as TOML text that reads back to it.
std::string to_toml(std::string_view text);
/// "true" or "false".
std::string to_toml(bool value);
/// Decimal digits.
template <std::integral Integer>
std::string to_toml(Integer value) {
  return std::to_string(value);
}
/// The shortest decimals that read back as the same number.
std::string to_toml(double value);
/// An array of strings.
std::string to_toml(const std::vector<std::string>& values);

/// An array of numbers.
std::string to_toml(const std::vector<double>& values);

/// Reads one table and writes each value into the ResolvedRecipe as it goes, so that the two cannot
/// disagree.
class SectionReader {
 public:
  SectionReader(base::TomlTable table, std::string section, ResolvedRecipe& resolved)
      : table_(std::move(table)), resolved_(resolved) {
    resolved_.begin(std::move(section));
  }

  /// Whether the table has the key.
  bool has(std::string_view key) const { return table_.has(key); }

  /// The value of `key`, or what `value` holds already, into `value`.
  template <typename T>
  void read(const char* key, T& value) {
    table_.read(key, value);
    resolved_.add(key, to_toml(value));
  }
  /// The same for an option's entry. Throws Error for a value that it may not have.
  template <typename T>
  void read(const base::Option& option, T& value) {
    table_.read_option("recipe", option, value);
    if (option.only == nullptr) resolved_.add(option.key, to_toml(value));
  }

  /// File, line and key, for messages.
  std::string where(const char* key) const { return table_.where(key); }
  /// Throws Error for a key that nobody read.
  void finish() const { table_.reject_unknown_keys(); }

 private:
  base::TomlTable table_;
  ResolvedRecipe& resolved_;
};

}  // namespace roformer::task
