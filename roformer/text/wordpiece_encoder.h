// The way from text to pieces: added tokens, then words, then the longest pieces of each word
// (greedy WordPiece). ASCII words go sixteen bytes at a time; other characters by CharacterTable;
// the rare texts whose marks change places by normalize(). Nothing is allocated but the output.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "roformer/text/added_token_matcher.h"
#include "roformer/text/character_table.h"
#include "roformer/text/encoding.h"
#include "roformer/text/normalizer.h"
#include "roformer/text/piece_trie.h"
#include "roformer/text/short_word_table.h"
#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

class WordBuffer;

class WordPieceEncoder {
 public:
  /// Throws Error if the vocabulary lacks the unknown token.
  WordPieceEncoder(Vocabulary vocabulary, TokenizerConfig config);

  /// Appends the ids of the text, without [CLS] and [SEP].
  void encode(std::string_view text, std::vector<std::int32_t>& ids) const;
  /// Appends ids and offsets.
  void encode(std::string_view text, std::vector<std::int32_t>& ids,
              std::vector<Offset>& offsets) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }
  const TokenizerConfig& config() const { return config_; }
  /// The special tokens that the vocabulary holds, and other added tokens.
  const std::vector<AddedToken>& added_tokens() const { return added_tokens_; }
  std::int32_t unk_id() const { return unk_id_; }

 private:
  struct Cursor;
  enum class ByteKind : std::uint8_t { other, space, alone, word };

  void collect_added_tokens();
  void build_tables();

  template <bool lowercase, typename Sink>
  void encode_text(std::string_view text, Sink& sink) const;
  template <bool lowercase, typename Sink>
  void encode_segment(std::string_view text, std::int32_t offset, Sink& sink) const;
  template <bool lowercase, typename Sink>
  void encode_ascii(Cursor& cursor, Sink& sink) const;
  template <bool lowercase, typename Sink>
  bool encode_long_ascii_word(Cursor& cursor, Sink& sink) const;
  template <typename Sink>
  bool encode_other(Cursor& cursor, WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  bool apply(CharacterEntry entry, char32_t code, Offset at, WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  void encode_normalized(std::string_view text, std::int32_t offset, Sink& sink) const;
  template <typename Sink>
  void encode_normalized_words(const NormalizedCharacter* begin, const NormalizedCharacter* end,
                               WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  void encode_word(WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  void encode_ascii_pieces(const char* bytes, std::size_t size, std::int32_t begin,
                           Sink& sink) const;

  std::int32_t word_id(char32_t code) const;

  Vocabulary vocabulary_;
  TokenizerConfig config_;
  std::int32_t unk_id_;
  std::vector<AddedToken> added_tokens_;
  AddedTokenMatcher raw_matcher_;
  AddedTokenMatcher normalized_matcher_;
  CharacterTable characters_;
  PieceTrie pieces_;
  ShortWordTable short_words_;
  std::array<ByteKind, 256> byte_kinds_{};
  std::array<std::int32_t, 128> alone_ids_{};
};

}  // namespace roformer::text
