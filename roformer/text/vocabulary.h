// A list of tokens, the index being the id; vocab.txt has one a line. An id may have no token.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "roformer/base/hash.h"

namespace roformer::text {

class Vocabulary {
 public:
  Vocabulary() = default;
  /// Throws Error for a token that occurs twice, and for an empty list; `name` says where the
  /// tokens come from.
  explicit Vocabulary(std::vector<std::string> tokens, std::string_view name = "vocabulary");

  /// Of equal tokens the last has the token, the ids of the others have none, nor has an empty
  /// optional's. Throws Error for an empty list.
  static Vocabulary with_gaps(std::vector<std::optional<std::string>> tokens,
                              std::string_view name = "vocabulary");

  /// Reads vocab.txt as the tokenizers library does: every line is a token, an empty one too; white
  /// space at its end goes; of equal lines the last counts. Throws Error naming file and line.
  static Vocabulary load(const std::filesystem::path& file);
  /// Writes vocab.txt, atomically.
  void save(const std::filesystem::path& file) const;

  /// One more than the largest id.
  std::int32_t size() const { return static_cast<std::int32_t>(tokens_.size()); }
  /// Whether the id, which is below size(), has a token.
  bool holds(std::int32_t id) const { return find(token(id)) == id; }
  /// Empty for an id without a token.
  const std::string& token(std::int32_t id) const { return tokens_[static_cast<std::size_t>(id)]; }
  const std::vector<std::string>& tokens() const { return tokens_; }
  /// Whether vocab.txt can hold the tokens: none has a line feed or ends with white space.
  bool fits_lines() const;
  std::optional<std::int32_t> find(std::string_view token) const;

 private:
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int32_t, base::StringHash, std::equal_to<>> ids_;
};

}  // namespace roformer::text
