// Tokenizers of translation models: what SentencePiece and subword-nmt have in common. Lines of
// source and target over one table of ids, vocab.json, and the settings beside it; source.spm and
// target.spm (the files of Hugging Face's MarianTokenizer), or codes.bpe.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/token_coder.h"
#include "roformer/text/tokenizer.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// The file that numbers the tokens.
inline constexpr const char* kTokenTable = "vocab.json";

/// What a tokenizer does besides cutting; kept in tokenizer_config.json.
struct SubwordSettings {
  std::string source_language = {};  // "en"; may be empty
  std::string target_language = {};  // "de"
  bool lower_case = false;           // lines first turn to lower case: transformers does not know
  std::int64_t model_max_length = 512;  // stated for transformers; nothing is cut here
};

struct SubwordTable {
  Vocabulary vocabulary;
  std::string name = "vocabulary";  // where it was read, for messages
  std::string end_token = "</s>", unk_token = "<unk>", pad_token = "<pad>";
  SubwordSettings settings = {};
  RowSettings row = {};
  std::vector<AddedToken> added = {};  // found in a text before it is cut; the three among them
};

/// </s> 0, <unk> 1, the tokens, <pad> last: Marian's layout. Tokens already there are left out.
SubwordTable number_tokens(const std::vector<std::string>& tokens, std::string_view name,
                           SubwordSettings settings);
/// vocab.json and, if there is one, tokenizer_config.json. Throws Error naming file and key.
SubwordTable read_subword_table(const TokenizerFolder& folder);

/// Cuts lines by one table. Lines that are not UTF-8 are mended first.
class SubwordCoder : public TokenCoder {
 public:
  /// Throws Error if the vocabulary lacks one of the table's three tokens.
  SubwordCoder(SubwordTable table, std::string_view kind, std::string_view tokenizer_class);

  void encode(std::string_view text, Side side, std::vector<std::int32_t>& ids,
              std::vector<Offset>* offsets) const final;
  std::string decode(std::span<const std::int32_t> ids, const DecodeOptions& options) const final;

 protected:
  /// Appends the ids of a line of valid UTF-8.
  virtual void encode_line(std::string_view line, Side side,
                           std::vector<std::int32_t>& ids) const = 0;
  /// Joins tokens to a line; the end and padding are left out already.
  virtual std::string join(const std::vector<std::string>& tokens) const = 0;

  /// Of the end, the unknown token and padding.
  std::int32_t end() const { return end_; }
  std::int32_t unk() const { return unk_; }
  std::int32_t pad() const { return pad_; }
  const std::vector<AddedToken>& added_tokens() const { return table_.added; }
  /// The token's id, or that of the unknown one.
  std::int32_t id_of(std::string_view token) const;
  /// The table, with lower case in its settings.
  SubwordTable lower_cased_table() const;
  /// Of the models' texts and the table.
  std::uint64_t hash_with(const std::vector<std::string_view>& models) const;
  /// Writes vocab.json and tokenizer_config.json into a folder that is there.
  void save_table(const std::filesystem::path& folder) const;

 private:
  SubwordTable table_;  // without its vocabulary, which the facts have
  std::int32_t end_, unk_, pad_;
};

/// Both sides by one SentencePiece model, the bytes of a .model file: </s> 0, <unk> 1, the pieces,
/// <pad> last, as in Marian's vocabularies. As transformers does, "</s>", "<unk>" and "<pad>" in a
/// text are the tokens of that name, and ">>deu<<" at its start is one token; decoding leaves out
/// <unk> too. Throws Error if they are no model.
Tokenizer sentencepiece_tokenizer(std::string model_bytes, SubwordSettings settings = {});

/// Both sides by subword-nmt's codes, the text of the file; `units` with their separator ("low@@")
/// in the order of ids: </s> 0, <unk> 1, the units, <pad> last. Units that the table lacks are cut
/// further where the merges allow it. Throws Error for malformed codes.
Tokenizer subword_nmt_tokenizer(std::string codes, const std::vector<std::string>& units,
                                SubwordSettings settings = {});

}  // namespace roformer::text
