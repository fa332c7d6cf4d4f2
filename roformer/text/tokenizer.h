// Text to ids, with offsets, and back, whatever the kind: WordPiece as BERT's (Devlin et al. 2018),
// characters, bytes, SentencePiece, subword-nmt's codes. Ids and offsets equal those of Hugging
// Face's libraries. What a kind is and can do besides is asked for (facts()). Tokenizers are loaded
// from files, or made by the functions of wordpiece_tokenizer.h, byte_tokenizer.h and
// subword_table.h; a new kind is a file with a TokenCoder and a line in tokenizer_kinds.cpp.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/token_coder.h"

namespace roformer::text {

/// Immutable after construction: any number of threads may call its const functions at once. Cheap
/// to copy. Invalid UTF-8 counts as U+FFFD, one for each maximal bad part (Python's
/// errors="replace"), but with bytes, which are what they are.
class Tokenizer {
 public:
  /// Reads a folder of any kind, a vocab.txt or a tokenizer.json. Throws Error that names the file
  /// and line or key, and for a folder of no kind what it has.
  static Tokenizer load(const std::filesystem::path& folder_or_file);
  explicit Tokenizer(std::shared_ptr<const TokenCoder> coder) : coder_(std::move(coder)) {}

  /// The text and what the tokenizer puts around it: [CLS] text [SEP], text </s>.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  /// [CLS] first [SEP] second [SEP], token types 0 and 1, or as the tokenizer's files say. Throws
  /// Error for a tokenizer without pairs.
  Encoding encode_pair(std::string_view first, std::string_view second,
                       const EncodeOptions& options = {}) const;
  /// The same into an encoding whose memory is reused.
  void encode_into(std::string_view text, const EncodeOptions& options, Encoding& encoding) const;
  /// encode_pair into an encoding whose memory is reused.
  void encode_pair_into(std::string_view first, std::string_view second,
                        const EncodeOptions& options, Encoding& encoding) const;
  /// Appends the ids of the text alone: no [CLS], [SEP], offsets or truncation. The quickest way.
  void encode_words(std::string_view text, std::vector<std::int32_t>& ids,
                    Side side = Side::source) const {
    coder_->encode(text, side, ids, nullptr);
  }

  /// Cuts a text into windows of at most options.max_length tokens (special tokens included), each
  /// repeating the last `stride` tokens of the one before it. An empty text has one window. Where
  /// texts are cut at their begin (facts().row) the first window is the text's end, and so on back.
  std::vector<Encoding> windows(std::string_view text, const EncodeOptions& options,
                                std::int64_t stride) const;

  /// The text of ids: tokens joined as their kind joins them (WordPiece: by spaces, " ##" removed).
  /// Ids without a token give nothing; tokenizers with sides leave special tokens out in any case.
  /// Throws Error for an id outside the vocabulary.
  std::string decode(std::span<const std::int32_t> ids, const DecodeOptions& options = {}) const {
    return coder_->decode(ids, options);
  }
  /// Appends the bytes that a token adds to a text behind the token `previous` (−1: at its start);
  /// they may be a part of a character. Throws Error for a kind that writes whole texts alone.
  void append_text(std::int32_t id, std::int32_t previous, std::string& bytes) const {
    coder_->append_text(id, previous, bytes);
  }

  /// What it is and what it can do: whether there are offsets, pairs, sides, bytes, ….
  const TokenizerFacts& facts() const { return coder_->facts(); }
  /// Whether each byte is a token.
  bool is_bytes() const { return facts().first_byte_id.has_value(); }

  /// The token's id, or that of the unknown token.
  std::int32_t token_to_id(std::string_view token) const {
    const auto id = vocabulary().find(token);
    return id ? *id : unk_id();
  }
  /// Throws Error for an id outside the vocabulary.
  const std::string& id_to_token(std::int32_t id) const { return coder_->token(id); }
  /// Whether the token is one that adds meaning to the text, not part of it: [CLS], [MASK], ….
  bool is_special(std::int32_t id) const { return coder_->is_special(id); }
  /// How many special tokens stand before and after a single text.
  std::int64_t special_tokens_before() const { return std::ssize(facts().single.before.ids); }
  std::int64_t special_tokens_after() const { return std::ssize(facts().single.after.ids); }

  // Throw Error if the tokenizer has no such token. The end is [SEP] or </s>.
  std::int32_t pad_id() const { return special_id(facts().tokens.pad, "padding"); }
  std::int32_t unk_id() const { return special_id(facts().tokens.unk, "unknown"); }
  std::int32_t cls_id() const { return special_id(facts().tokens.cls, "first"); }
  std::int32_t end_id() const { return special_id(facts().tokens.end, "separating"); }
  std::int32_t mask_id() const { return special_id(facts().tokens.mask, "mask"); }

  /// One more than the largest id.
  std::int32_t vocabulary_size() const { return vocabulary().size(); }
  const Vocabulary& vocabulary() const { return facts().vocabulary; }
  /// A number of everything that changes the ids of a text.
  std::uint64_t fingerprint() const { return coder_->fingerprint(); }

  /// The same tokenizer, but texts first turn to lower case. Throws Error for a kind that cannot.
  Tokenizer lower_cased() const { return Tokenizer(coder_->lower_cased()); }
  /// Writes what load() reads, each file atomically; makes the folder. transformers opens it, but
  /// for subword-nmt's.
  void save(const std::filesystem::path& folder) const { coder_->save(folder); }

 private:
  const SpecialRuns& runs(bool pair, const EncodeOptions& options) const;
  void encode_texts(const SpecialRuns& around, std::string_view first,
                    const std::string_view* second, const EncodeOptions& options,
                    Encoding& encoding) const;
  void append(std::string_view text, Side side, Encoding& encoding) const;
  void drop_offsets(Encoding& encoding) const;
  std::int32_t special_id(const std::string& token, std::string_view name) const;

  std::shared_ptr<const TokenCoder> coder_;
};

/// The tokenizer that is in a folder of a cache; where there is none, or it is damaged, `train`
/// makes it and it is kept there.
Tokenizer load_or_train(const std::filesystem::path& folder,
                        const std::function<Tokenizer()>& train);

/// Ids as tokenizers have them. Throws Error for an id that is none: below 0 or too large.
std::vector<std::int32_t> token_ids(std::span<const std::int64_t> ids);

}  // namespace roformer::text
