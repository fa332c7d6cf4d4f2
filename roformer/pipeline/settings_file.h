// A file of settings as JSON, each key of which is computed, passed over by name, or refused.
#pragma once
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace roformer::pipeline {

/// A null is an absent key. Messages name file and key.
class SettingsFile {
 public:
  /// An empty one where there is no file. Throws Error for one that is no JSON object.
  explicit SettingsFile(std::filesystem::path path);

  bool is_empty() const { return object_.empty(); }
  /// Whether the key stands there with a value.
  bool has(const char* key) const;
  /// Whether the key is there, be it null.
  bool holds(const char* key) const { return object_.contains(key); }
  /// The value, or null.
  const nlohmann::json& take(const char* key);
  /// Throws Error for a value of another type.
  bool flag(const char* key, bool fallback);
  /// The same.
  std::string text(const char* key, const std::string& fallback = {});
  /// A number of tokens or dimensions; 0 if there is none.
  std::int64_t count(const char* key);

  /// Keys that change nothing that is computed here.
  void pass_over(std::initializer_list<const char*> keys);
  /// A key that is computed as if it stood there with this value, or not at all. Throws Error for
  /// another value.
  void require(const char* key, const nlohmann::json& expected);
  /// Warns of keys that none of the above has named.
  void finish() const;

  /// Throws Error "[pipeline] <file>: expected <key> to be <expected> but got <value>".
  [[noreturn]] void fail(const char* key, const std::string& expected) const;

 private:
  std::filesystem::path path_;
  nlohmann::json object_;
  std::set<std::string> known_;
};

}  // namespace roformer::pipeline
