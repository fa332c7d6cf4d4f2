// Where a tokenizer is looked for; the kinds of tokenizer on disk: how each is known and loaded.
#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer.h"

namespace roformer::text {

/// A folder, or one file in it; its tokenizer_config.json is read once.
class TokenizerFolder {
 public:
  /// Throws Error if there is nothing at the path or tokenizer_config.json is no JSON.
  explicit TokenizerFolder(const std::filesystem::path& folder_or_file);

  /// The file that was named; empty for a folder.
  const std::filesystem::path& file() const { return file_; }
  /// Whether a folder, not a file in it, was named and has that file.
  bool has(const std::filesystem::path& name) const {
    return file_.empty() && std::filesystem::exists(path(name));
  }
  /// The path of a file in the folder.
  std::filesystem::path path(const std::filesystem::path& name) const { return folder_ / name; }
  /// The folder's name for messages.
  std::string name() const { return folder_.string(); }

  /// tokenizer_config.json; null where there is none.
  const nlohmann::json& settings() const { return *settings_; }
  /// The same in the order of the file, which decides about ids of special tokens.
  const nlohmann::ordered_json& ordered_settings() const { return *ordered_settings_; }
  /// Its path.
  std::filesystem::path settings_file() const { return path("tokenizer_config.json"); }
  /// Its tokenizer_class; empty where it states none.
  std::string tokenizer_class() const;

 private:
  std::filesystem::path folder_, file_;
  std::shared_ptr<const nlohmann::json> settings_;
  std::shared_ptr<const nlohmann::ordered_json> ordered_settings_;
};

struct TokenizerKind {
  std::string_view description;           // of its files, for messages; empty: another kind's too
  std::vector<std::string_view> files;    // a folder that lacks some of them is no tokenizer
  bool (*is_in)(const TokenizerFolder&);  // whether it is this kind's
  Tokenizer (*load)(const TokenizerFolder&);  // throws Error naming file and line or key
};

/// In the order in which they are asked: the first whose folder it is loads it.
const std::vector<TokenizerKind>& tokenizer_kinds();

}  // namespace roformer::text
