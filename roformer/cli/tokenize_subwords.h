// `roformer tokenize` for translation: the subwords of a translation model, and subword-nmt's codes
// applied to tokenised text.
#pragma once
#include <cstdint>
#include <string>

namespace roformer::cli {

/// What `tokenize` is asked for, as far as translation knows it.
struct SubwordTokenizeOptions {
  std::string model;
  std::string side = "source";
  std::int64_t max_length = 0;  // 0: any
  bool special_tokens = true;   // </s> at the end
  bool json = false;
};

/// Lines of standard input to tokens, or to JSON with tokens and ids. No offsets: pieces are of the
/// normalised text, of which SentencePiece's models may change every character.
void tokenize_subwords(const SubwordTokenizeOptions& options);

/// subword-nmt's files and how it is to write units.
struct CodesOptions {
  std::string codes;
  std::string vocabulary;  // "unit count" lines; empty: no restriction
  std::int64_t threshold = 0;
  std::string separator = "@@";
};

/// Lines of tokenised text as `subword-nmt apply-bpe` prints them.
void segment_lines(const CodesOptions& options);

}  // namespace roformer::cli
