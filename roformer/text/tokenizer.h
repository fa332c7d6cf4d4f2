// Text to ids, with offsets, and back: WordPiece as BERT's (Devlin et al. 2018), characters, bytes.
// Ids and offsets equal those of Hugging Face's tokenizers; reads and writes vocab.txt,
// tokenizer_config.json and tokenizer.json.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/encoding.h"
#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

class PieceEncoder;
struct SpecialRuns;

/// Immutable after construction: any number of threads may call its const functions at once. Cheap
/// to copy.
class Tokenizer {
 public:
  /// Reads a folder (tokenizer.json, else vocab.txt with tokenizer_config.json if there is one, else
  /// the tokenizer_config.json of a byte tokenizer), a vocab.txt or a tokenizer.json. Throws Error
  /// that names the file and line or key.
  static Tokenizer load(const std::filesystem::path& folder_or_file);
  /// Throws Error if the vocabulary lacks the unknown token.
  explicit Tokenizer(Vocabulary vocabulary, TokenizerConfig config = {});
  /// The tokenizer of byte language models: the ids 0, 1, 2 are <pad>, </s>, <unk>, then come the
  /// 256 bytes; text </s>. transformers reads what save() writes as a ByT5Tokenizer.
  static Tokenizer bytes();

  /// [CLS] text [SEP], or what the tokenizer's files put around a text. Invalid UTF-8 counts as U+FFFD, one for each maximal bad part (Python's
  /// errors="replace").
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  /// [CLS] first [SEP] second [SEP], token types 0 and 1, or as the tokenizer's files say.
  Encoding encode_pair(std::string_view first, std::string_view second,
                       const EncodeOptions& options = {}) const;
  /// The same into an encoding whose memory is reused.
  void encode_into(std::string_view text, const EncodeOptions& options, Encoding& encoding) const;
  /// encode_pair into an encoding whose memory is reused.
  void encode_pair_into(std::string_view first, std::string_view second,
                        const EncodeOptions& options, Encoding& encoding) const;
  /// Appends the ids of the text alone: no [CLS], [SEP], offsets or truncation. The quickest way.
  void encode_words(std::string_view text, std::vector<std::int32_t>& ids) const;

  /// Cuts a text into windows of at most options.max_length tokens (special tokens included), each
  /// repeating the last `stride` tokens of the one before it. An empty text has one window.
  std::vector<Encoding> windows(std::string_view text, const EncodeOptions& options,
                                std::int64_t stride) const;

  /// Joins the tokens by spaces and removes " ##"; bytes are joined as they are. Ids without a token give nothing. Throws Error for an id outside the vocabulary.
  std::string decode(std::span<const std::int32_t> ids, const DecodeOptions& options = {}) const;

  /// The token's id, or that of the unknown token.
  std::int32_t token_to_id(std::string_view token) const;
  /// Throws Error for an id outside the vocabulary.
  const std::string& id_to_token(std::int32_t id) const;
  /// Whether the token is one of those that add meaning to the text, not part of it: [CLS], [MASK], ….
  bool is_special(std::int32_t id) const;
  /// How many special tokens stand before and after a single text.
  std::int64_t special_tokens_before() const;
  std::int64_t special_tokens_after() const;

  // Throw Error if the tokenizer has no such token.
  std::int32_t pad_id() const;
  std::int32_t unk_id() const;
  std::int32_t cls_id() const;
  std::int32_t sep_id() const;
  std::int32_t mask_id() const;

  /// One more than the largest id.
  std::int32_t vocabulary_size() const;
  const Vocabulary& vocabulary() const;
  const TokenizerConfig& config() const;

  /// Writes vocab.txt, tokenizer_config.json and tokenizer.json.
  void save(const std::filesystem::path& folder) const;

 private:
  struct State;
  const SpecialRuns& runs(bool pair, const EncodeOptions& options) const;
  std::int32_t special_id(const std::string& token, std::string_view name) const;

  std::shared_ptr<const State> state_;
};

}  // namespace roformer::text
