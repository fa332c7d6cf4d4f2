// A TOML table read with types: each key asked for is remembered, and what nobody asked for is an
// error that suggests the nearest known key. Knows the file and line of every key.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "roformer/base/option.h"

namespace roformer::base {

class TomlTable {
 public:
  /// Parses a file, then applies `key.path=value` changes (the value as TOML, or a bare string).
  /// Throws Error naming file, line and remedy.
  static TomlTable parse_file(const std::filesystem::path& path,
                              const std::vector<std::string>& changes = {});
  static TomlTable parse(std::string_view text, std::string_view name = "recipe",
                         const std::vector<std::string>& changes = {});

  TomlTable(TomlTable&&) noexcept;
  TomlTable& operator=(TomlTable&&) noexcept;
  ~TomlTable();

  bool has(std::string_view key) const;
  /// Whether a change put the key there, not the file. No read: the key may still be unknown.
  bool is_changed(std::string_view key) const;

  // Typed reads: the default when the key is absent, Error when it has another type.
  bool get(std::string_view key, bool fallback) const;
  std::int64_t get(std::string_view key, std::int64_t fallback) const;
  double get(std::string_view key, double fallback) const;
  std::string get(std::string_view key, std::string_view fallback) const;
  std::string get(std::string_view key, const char* fallback) const {
    return get(key, std::string_view(fallback));
  }
  /// Error also where the value does not fit into 32 bits.
  int get(std::string_view key, int fallback) const;
  /// A string or an array of strings.
  std::vector<std::string> get_strings(std::string_view key,
                                       std::vector<std::string> fallback) const;

  /// An array of numbers.
  std::vector<double> get_numbers(std::string_view key, std::vector<double> fallback) const;

  /// The value of `key`, or what `value` holds already, into `value`.
  template <typename Value>
  void read(std::string_view key, Value& value) const {
    if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
      value = get_strings(key, value);
    } else if constexpr (std::is_same_v<Value, std::vector<double>>) {
      value = get_numbers(key, value);
    } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
      value = get_unsigned(key, value);
    } else {
      value = get(key, value);
    }
  }
  /// The same for an option's entry: throws Error "[room] <where>: …" for a value that it may not
  /// have; where it has no effect as refuse_without_effect does.
  template <typename Value>
  void read_option(std::string_view room, const Option& option, Value& value) const {
    if (option.only != nullptr) return refuse_without_effect(room, option.key, option.only);
    read(option.key, value);
    require_allowed(place_of(room, option.key), option, value);
  }

  /// A sub-table; an absent one reads as empty (all defaults).
  TomlTable table(std::string_view key) const;
  /// `[[key]]`: each element as a table; empty if absent.
  std::vector<TomlTable> tables(std::string_view key) const;

  /// For a key that has no effect beside the others; `why` says "expected it only … but got …".
  /// Nothing if it is not there. One of the document's own is left out where a change to its section
  /// or to [task] may have made it so; otherwise throws Error "[room] <where>: why".
  void refuse_without_effect(std::string_view room, std::string_view key,
                             std::string_view why) const;
  /// A line for each key of the document that was left out so.
  const std::vector<std::string>& left_out() const;

  /// Throws Error for the first key of this table that was not read, naming the nearest known one.
  void reject_unknown_keys() const;
  /// Where the key stands: "recipes/x.toml:12 [model] hidden_size".
  std::string where(std::string_view key) const;
  /// The whole table (changes applied) as TOML text.
  std::string to_string() const;

 private:
  struct State;
  std::uint64_t get_unsigned(std::string_view key, std::uint64_t fallback) const;
  std::string place_of(std::string_view room, std::string_view key) const;  // "[room] <where>:"
  explicit TomlTable(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace roformer::base
