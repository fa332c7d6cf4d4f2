// The way from text to pieces: added tokens, then words, then the longest pieces of each word
// (greedy WordPiece). ASCII words go sixteen bytes at a time; other characters by CharacterTable;
// the rare texts whose marks change places by normalize(). Nothing is allocated but the output.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "roformer/text/added_token_matcher.h"
#include "roformer/text/ascii_block.h"
#include "roformer/text/character_table.h"
#include "roformer/text/encoding.h"
#include "roformer/text/normalizer.h"
#include "roformer/text/piece_trie.h"
#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

class MappedText;
class WordBuffer;

/// Immutable: any number of threads may encode at once.
class WordPieceEncoder {
 public:
  /// Throws Error if the vocabulary lacks the unknown token.
  WordPieceEncoder(const Vocabulary& vocabulary, const TokenizerConfig& config,
                   const std::vector<AddedToken>& added_tokens);

  /// Appends the ids of a text, special tokens around it left out, and unless `offsets` is null
  /// where they stood.
  void encode(std::string_view text, std::vector<std::int32_t>& ids,
              std::vector<Offset>* offsets = nullptr) const;

 private:
  struct Cursor;
  enum class ByteKind : std::uint8_t { other, space, alone, word };

  void build_tables(const Vocabulary& vocabulary, const std::vector<AddedToken>& added_tokens);

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
                               std::string_view bytes, WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  void encode_segmented_words(const NormalizedCharacter* c, std::string_view bytes,
                              WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  bool encode_mapped_words(std::string_view text, std::int32_t offset, Sink& sink) const;
  template <typename Sink>
  void encode_mapped_characters(const MappedText& text, std::size_t begin, std::size_t end,
                                WordBuffer& word, Sink& sink) const;
  bool has_at_most_length(std::string_view word) const;
  template <typename Sink>
  void encode_word_as_text(std::span<const NormalizedCharacter> characters, std::string_view bytes,
                           WordBuffer& word, Sink& sink) const;
  std::vector<NormalizedCharacter> normalized(std::string_view text, std::int32_t offset) const;
  template <typename StandsAlone, typename Sink>
  void encode_spaced_words(const NormalizedCharacter* begin, const NormalizedCharacter* end,
                           StandsAlone stands_alone, WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  void encode_word(WordBuffer& word, Sink& sink) const;
  template <typename Sink>
  void encode_ascii_pieces(const char* bytes, std::size_t size, std::int32_t begin,
                           Sink& sink) const;

  TokenizerConfig config_;
  NormalizerOptions quick_;  // what the quick way does
  bool always_exact_;        // the tokenizer's steps are not BERT's: only the exact way
  bool maps_words_ = false;  // but words of the dictionary have a quick way of their own
  std::int32_t unk_id_;
  AddedTokenMatcher raw_matcher_;
  AddedTokenMatcher normalized_matcher_;
  CharacterTable characters_;
  PieceTrie pieces_;
  ShortWordTable short_words_;
  std::array<ByteKind, 256> byte_kinds_{};
  std::array<std::int32_t, 128> alone_ids_{};
};

}  // namespace roformer::text
