// The way from a text to ids and back, and to files: what the kinds of tokenizer differ in. What
// they have in common (special tokens around texts, truncation, windows) is tokenizer.h's.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/encoding.h"
#include "roformer/text/tokenizer_facts.h"

namespace roformer::text {

/// Immutable: any number of threads may call its const functions at once.
class TokenCoder {
 public:
  explicit TokenCoder(TokenizerFacts facts);
  virtual ~TokenCoder() = default;

  const TokenizerFacts& facts() const { return facts_; }
  /// Throws Error for an id outside the vocabulary.
  const std::string& token(std::int32_t id) const;
  bool is_special(std::int32_t id) const;
  /// What stands around a text, or around and between two; without special tokens the types alone.
  const SpecialRuns& runs(bool pair, bool special_tokens) const;

  /// Appends the ids of a text alone and, unless `offsets` is null, where they stood; it is null
  /// for a kind without offsets.
  virtual void encode(std::string_view text, Side side, std::vector<std::int32_t>& ids,
                      std::vector<Offset>* offsets) const = 0;
  /// Throws Error for an id outside the vocabulary.
  virtual std::string decode(std::span<const std::int32_t> ids,
                             const DecodeOptions& options) const = 0;
  /// Appends the bytes that a token adds to a text behind the token `previous` (−1: at its start);
  /// they may be a part of a character. Throws Error for a kind that writes whole texts alone.
  virtual void append_text(std::int32_t id, std::int32_t previous, std::string& bytes) const;
  /// A number of everything that changes the ids of a text.
  virtual std::uint64_t fingerprint() const = 0;
  /// The same, but texts first turn to lower case. Throws Error for a kind that cannot.
  virtual std::shared_ptr<const TokenCoder> lower_cased() const;
  /// Writes what the kind reads, each file atomically; makes the folder.
  virtual void save(const std::filesystem::path& folder) const = 0;

 private:
  TokenizerFacts facts_;
  SpecialRuns bare_single_, bare_pair_;  // without special tokens
};

}  // namespace roformer::text
