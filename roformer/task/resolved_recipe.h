// Every key of a recipe with the value it ended up with, defaults included: what is printed at the
// start of a run, saved with it, and compared when it is resumed.
#pragma once
#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "roformer/base/option.h"
#include "roformer/base/toml_table.h"

namespace roformer::task {

/// What is said of a key that a recipe was asked for, whether it has it or not.
struct RecipeKey {
  std::string section;  // as ResolvedRecipe::begin has it
  std::string key;
  std::string type;           // "whole number"
  std::string default_value;  // as TOML: what holds where the recipe is silent
  std::string about;
  base::Range range;
  std::vector<std::string> one_of;
};

/// Values in the order of reading, as TOML text.
class ResolvedRecipe {
 public:
  /// Starts a section: "model", or "[stage]" for an element of an array of tables.
  void begin(std::string section);
  /// Adds a value to the section begun last.
  void add(std::string key, std::string toml_value);
  /// Notes an option's key, which needs no value of its own in the recipe; `default_value` as TOML.
  void describe(const base::Option& option, std::string type, std::string default_value);

  /// Another value for the key added last.
  void set_last(std::string_view key, std::string toml_value);

  /// A TOML file that reads back to the same recipe.
  std::string to_toml() const;
  /// "model.hidden_size" → "256"; elements of an array of tables are numbered as --set numbers
  /// them: "stage.0.steps".
  std::map<std::string, std::string> flat() const;
  /// Every key that was asked for and has an effect, in the order of reading.
  const std::vector<RecipeKey>& keys() const { return keys_; }

 private:
  struct Section {
    std::string name;
    std::vector<std::pair<std::string, std::string>> values;
  };
  std::vector<Section> sections_;
  std::vector<RecipeKey> keys_;
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
/// An array.
template <typename Value>
std::string to_toml(const std::vector<Value>& values) {
  std::string text;
  for (const Value& value : values) text += (text.empty() ? "" : ", ") + to_toml(value);
  return "[" + text + "]";
}

/// What a reader of recipes calls values of this type.
template <typename Value>
std::string toml_type(const Value& /*value*/) {
  if constexpr (std::is_same_v<Value, bool>) return "true or false";
  if constexpr (std::is_integral_v<Value>) return "whole number";
  if constexpr (std::is_floating_point_v<Value>) return "number";
  if constexpr (std::is_same_v<Value, std::vector<std::string>>) return "strings";
  if constexpr (std::is_same_v<Value, std::vector<double>>) return "numbers";
  return "string";
}

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

  /// The value of the option's key, or what `value` holds already, into `value`. Throws Error for
  /// one that it may not have.
  template <typename T>
  void read(const base::Option& option, T& value) {
    const std::string usual = to_toml(value);
    table_.read_option("recipe", option, value);
    if (option.only == nullptr) note(option, usual, value);
  }
  /// The same where the reader looks at the value himself: only its type is checked.
  template <typename T>
  void read_unchecked(const base::Option& option, T& value) {
    const std::string usual = to_toml(value);
    table_.read(option.key, value);
    note(option, usual, value);
  }

  /// The same for a key that most recipes lack: it is resolved only where it is given.
  template <typename T>
  void read_if_given(const base::Option& option, T& value) {
    if (has(option.key)) return read(option, value);
    describe(option, value);
  }
  /// The same for a key that came later than recipes without it: it is resolved only where its value
  /// is another than the default, so that runs that began before go on.
  template <typename T>
  void read_unless_usual(const base::Option& option, T& value) {
    const T usual = value;
    table_.read_option("recipe", option, value);
    value == usual ? describe(option, usual) : note(option, to_toml(usual), value);
  }
  /// Notes a key that is not read beside another, and what `value` holds as its default.
  template <typename T>
  void describe(const base::Option& option, const T& value) {
    if (option.only == nullptr) resolved_.describe(option, toml_type(value), to_toml(value));
  }

  /// Whether the table has `key` in the place of `other`, which it excludes. Of two the one that a
  /// change has put there counts; throws Error where that says nothing.
  bool has_instead(const char* key, const char* other) const;

  /// File, line and key, for messages.
  std::string where(const char* key) const { return table_.where(key); }
  /// For a key without effect, as TomlTable::refuse_without_effect.
  void refuse_without_effect(const char* key, std::string_view why) const {
    table_.refuse_without_effect("recipe", key, why);
  }
  /// Throws Error for a key that nobody read.
  void finish() const { table_.reject_unknown_keys(); }

 private:
  template <typename T>
  void note(const base::Option& option, const std::string& usual, const T& value) {
    resolved_.describe(option, toml_type(value), usual);
    resolved_.add(option.key, to_toml(value));
  }

  base::TomlTable table_;
  ResolvedRecipe& resolved_;
};

}  // namespace roformer::task
