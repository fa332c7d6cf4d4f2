// Typed reads from one JSON object; a wrong type is an error that names file and key.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::checkpoint {

/// A null is an absent key, as transformers writes it for an option without a value.
class ConfigReader {
 public:
  /// Refers to `object`, which must outlive the reader; `name` is the file's, for messages.
  ConfigReader(const nlohmann::json& object, std::string_view name);

  /// Whether the key stands there with a value.
  bool has(const char* key) const;
  const nlohmann::json& at(const char* key) const { return object_.at(key); }

  /// The default where the key is absent.
  std::int64_t integer(const char* key, std::int64_t fallback) const;
  /// The same.
  double number(const char* key, double fallback) const;
  /// The same.
  bool boolean(const char* key, bool fallback) const;
  /// The same.
  std::string string(const char* key, const std::string& fallback) const;

  /// The value of the key, or what `value` holds already, into `value`.
  void read(const char* key, std::int64_t& value) const { value = integer(key, value); }
  /// The same.
  void read(const char* key, double& value) const { value = number(key, value); }
  /// The same.
  void read(const char* key, bool& value) const { value = boolean(key, value); }
  /// The same.
  void read(const char* key, std::string& value) const { value = string(key, value); }
  /// The same.
  void read(const char* key, std::optional<double>& value) const {
    value = number(key, value.value_or(0));
  }
  /// The same.
  void read(const char* key, std::vector<double>& value) const;

  /// Throws Error unless the key is absent, null or equal to `value`; `reason` ends the message.
  void require_absent_or(const char* key, const nlohmann::json& value,
                         std::string_view reason) const;
  /// Throws Error "[checkpoint] <file>: expected <key> to be <expected> but got <found>".
  [[noreturn]] void fail(std::string_view key, std::string_view expected,
                         const nlohmann::json& found) const;
  const std::string& name() const { return name_; }
  /// "[checkpoint] <file>", which messages begin with.
  std::string place() const { return "[checkpoint] " + name_; }

 private:
  const nlohmann::json* find(const char* key) const;
  const nlohmann::json& object_;
  std::string name_;
};

}  // namespace roformer::checkpoint
