// subword-nmt's codes applied to tokenised text, which needs no tokenizer's folder.
#pragma once
#include <cstdint>
#include <string>

namespace roformer::cli {

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
