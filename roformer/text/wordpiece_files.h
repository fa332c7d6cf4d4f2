// A WordPiece tokenizer on disk: vocab.txt with tokenizer_config.json, or tokenizer.json, as
// transformers writes them.
#pragma once
#include <filesystem>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/tokenizer_folder.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

struct WordPieceFiles {
  Vocabulary vocabulary;
  TokenizerConfig config;
};

/// Whether a file was named, or a folder that has tokenizer.json or vocab.txt.
bool has_wordpiece_files(const TokenizerFolder& folder);

/// Reads the file that was named, or of a folder tokenizer.json, else vocab.txt; then
/// tokenizer_config.json, which has the last word on what it states. Throws Error naming file and line
/// or key.
WordPieceFiles read_wordpiece_files(const TokenizerFolder& folder);

/// What is common to all of them once the files are read: added tokens join the vocabulary, ids are
/// checked. Throws Error.
WordPieceFiles finish_wordpiece_files(WordPieceFiles files);

/// Writes vocab.txt, tokenizer_config.json and tokenizer.json, each atomically. Makes the folder if
/// it is absent.
void write_wordpiece_files(const std::filesystem::path& folder, const Vocabulary& vocabulary,
                           const TokenizerConfig& config,
                           const std::vector<AddedToken>& added_tokens);

}  // namespace roformer::text
