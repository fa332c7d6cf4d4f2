// Finds added tokens such as [MASK] in a text: the leftmost, of those the longest, then the token's
// own conditions (whole word, white space it takes along), as Hugging Face's AddedVocabulary does.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

class AddedTokenMatcher {
 public:
  AddedTokenMatcher() = default;
  /// Tokens with an empty content are left out.
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens);

  bool empty() const { return tokens_.empty(); }

  struct Match {
    std::size_t begin;
    std::size_t end;
    std::int32_t id;
  };
  /// The first match in text[from…]; white space to the left is taken back to `from` at most.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

 private:
  std::size_t next_candidate(std::string_view text, std::size_t from) const;
  const AddedToken* longest_at(std::string_view text, std::size_t place) const;

  std::vector<AddedToken> tokens_;  // longest first
  std::array<bool, 256> begins_{};
  char only_begin_ = 0;  // the byte that all tokens begin with, if it is one
};

}  // namespace roformer::text
