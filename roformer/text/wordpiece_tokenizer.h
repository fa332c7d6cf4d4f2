// The tokenizers of BERT and its kin: words of a vocabulary, and pieces of words. On disk:
// vocab.txt with tokenizer_config.json, or tokenizer.json, as transformers writes them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "roformer/text/encoding.h"
#include "roformer/text/stated_tokens.h"
#include "roformer/text/tokenizer.h"
#include "roformer/text/tokenizer_config.h"
#include "roformer/text/tokenizer_kinds.h"
#include "roformer/text/vocabulary.h"

namespace roformer::text {

struct WordPieceFiles {
  Vocabulary vocabulary;
  TokenizerConfig config;
};

/// Whether a file was named, or a folder that has tokenizer.json or vocab.txt.
bool has_wordpiece_files(const TokenizerFolder& folder);

/// Reads the file that was named, or of a folder tokenizer.json, else vocab.txt; then
/// tokenizer_config.json, which has the last word on what it states. Throws Error naming file and
/// line or key.
WordPieceFiles read_wordpiece_files(const TokenizerFolder& folder);

/// What is common to all of them once the files are read: added tokens join the vocabulary, ids are
/// checked. Throws Error.
WordPieceFiles finish_wordpiece_files(WordPieceFiles files, const StatedTokens& stated = {});

/// Looks for the configuration's added tokens, and no others. Throws Error if the vocabulary lacks
/// the unknown token.
Tokenizer wordpiece_tokenizer(WordPieceFiles files);
/// The same for added tokens and the five of `config`, those that the vocabulary has.
Tokenizer wordpiece_tokenizer(Vocabulary vocabulary, TokenizerConfig config = {});

/// As Hugging Face's WordPiece decoder: appends one token to the text, the first of it or a later
/// one: a piece that continues joins, any other stands after a space.
void append_token(std::string_view token, bool first, const TokenizerConfig& config,
                  CleanUp clean_up, std::string& text);

/// Removes the spaces of contractions and punctuation from a whole text.
std::string clean_up_spaces(std::string text);

}  // namespace roformer::text
