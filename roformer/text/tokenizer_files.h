// A tokenizer on disk: vocab.txt with tokenizer_config.json, or tokenizer.json, as transformers
// writes them.
#pragma once
#include <filesystem>
#include <vector>

#include "roformer/text/tokenizer_config.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

struct TokenizerFiles {
  Vocabulary vocabulary;
  TokenizerConfig config;
};

/// Reads a folder (tokenizer.json, else vocab.txt, else a byte tokenizer's tokenizer_config.json,
/// which has the last word on what it states), a tokenizer.json or a vocab.txt. Throws Error naming file and line or key.
TokenizerFiles read_tokenizer_files(const std::filesystem::path& folder_or_file);

/// What is common to all of them once the files are read: added tokens join the vocabulary, ids are
/// checked. Throws Error.
TokenizerFiles finish_tokenizer_files(TokenizerFiles files);

/// Writes vocab.txt, tokenizer_config.json and tokenizer.json, each atomically. Makes the folder if
/// it is absent.
void write_tokenizer_files(const std::filesystem::path& folder, const Vocabulary& vocabulary,
                           const TokenizerConfig& config,
                           const std::vector<AddedToken>& added_tokens);

}  // namespace roformer::text
