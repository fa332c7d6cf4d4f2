// The files of a SubwordTokenizer: read into bytes and a table, and written. What they mean is
// subword_tokenizer.h's.
#pragma once
#include <filesystem>
#include <string>

#include "roformer/text/subword_tokenizer.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// Bytes of the models (SentencePiece: both; subword-nmt: codes alone) and what numbers their tokens.
struct SubwordFiles {
  std::string source_model, target_model;  // .model bytes
  std::string codes;                       // not empty: subword-nmt
  std::string source_name, target_name;    // where they were read, for messages
  Vocabulary vocabulary;
  std::string vocabulary_name = "vocabulary";
  std::string end_token = "</s>", unk_token = "<unk>", pad_token = "<pad>";
  SubwordSettings settings;
};

/// Whether a folder has vocab.json with source.spm and target.spm, or with codes.bpe.
bool has_subword_files(const std::filesystem::path& folder);
/// Throws Error naming file and key.
SubwordFiles read_subword_files(const std::filesystem::path& folder);
/// Writes them, each atomically; makes the folder.
void write_subword_files(const std::filesystem::path& folder, const SubwordFiles& files);

}  // namespace roformer::text
