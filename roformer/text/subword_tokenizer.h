// The tokenizer of translation models: lines of source and target to ids and back, by SentencePiece
// (the files of Hugging Face's MarianTokenizer) or by subword-nmt's codes. One table of ids serves
// both sides.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::text {

/// What a tokenizer does besides cutting; kept in tokenizer_config.json.
struct SubwordSettings {
  std::string source_language = {};  // "en"; may be empty
  std::string target_language = {};  // "de"
  bool lower_case = false;           // lines first turn to lower case: transformers does not know
  std::int64_t model_max_length = 512;  // stated for transformers; nothing is cut here
};

/// Immutable, cheap to copy (copies share their state); const functions are safe from several
/// threads. Invalid UTF-8 counts as U+FFFD, one for each maximal bad part.
class SubwordTokenizer {
 public:
  /// Reads a folder with source.spm, target.spm and vocab.json (Hugging Face's Marian) or codes.bpe
  /// and vocab.json (subword-nmt; units that vocab.json lacks are cut further where the merges allow
  /// it), and tokenizer_config.json if there is one. Throws Error naming the file.
  static SubwordTokenizer load(const std::filesystem::path& folder);
  /// Whether a folder has such files.
  static bool is_in(const std::filesystem::path& folder);
  /// Both sides by one SentencePiece model, the bytes of a .model file: </s> 0, <unk> 1, the pieces,
  /// <pad> last, as in Marian's vocabularies. Throws Error if they are no model.
  static SubwordTokenizer from_sentencepiece(std::string model_bytes,
                                             SubwordSettings settings = {});
  /// Both sides by subword-nmt's codes, the text of the file; `units` with their separator ("low@@")
  /// in the order of ids: </s> 0, <unk> 1, the units, <pad> last. Throws Error for malformed codes.
  static SubwordTokenizer from_subword_nmt(std::string codes, const std::vector<std::string>& units,
                                           SubwordSettings settings = {});

  /// The same tokenizer with other settings.
  SubwordTokenizer with_settings(SubwordSettings settings) const;

  /// Appends the ids of a line, without </s>. As transformers does, "</s>", "<unk>" and "<pad>" in
  /// the text are the tokens of that name, and ">>deu<<" at its start is one token; with
  /// subword-nmt they are words like others.
  void encode_source(std::string_view line, std::vector<std::int64_t>& ids) const;
  /// The same with the target's model.
  void encode_target(std::string_view line, std::vector<std::int64_t>& ids) const;
  /// A line of the target; </s> and <pad> are left out, with SentencePiece <unk> too (transformers'
  /// skip_special_tokens). Throws Error for an id outside the table.
  std::string decode(std::span<const std::int64_t> ids) const;

  /// Throws Error for an id outside the table.
  const std::string& id_to_token(std::int64_t id) const;
  /// The token's id, or that of <unk>.
  std::int64_t token_to_id(std::string_view token) const;
  std::int64_t end_id() const;
  std::int64_t pad_id() const;
  std::int64_t unk_id() const;
  /// One more than the largest id.
  std::int64_t vocabulary_size() const;
  const SubwordSettings& settings() const;
  /// A number of everything that changes the ids of a line.
  std::uint64_t fingerprint() const;

  /// Writes what load() reads, each file atomically; makes the folder. With SentencePiece,
  /// transformers' MarianTokenizer opens it.
  void save(const std::filesystem::path& folder) const;

 private:
  struct State;
  explicit SubwordTokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace roformer::text
