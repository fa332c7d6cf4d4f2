// A short text beside each window of a long one: a question and the pieces of the text that answers
// it, as Hugging Face's tokenizers make them with truncation "only_second" and a stride.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "roformer/text/tokenizer.h"

namespace roformer::text {

/// [CLS] first [SEP] piece of second [SEP], or what the tokenizer puts there.
struct PairWindow {
  Encoding encoding;  // offsets into the text that each token is of
  TokenRange second;  // which of its tokens are of the second text
};

/// Windows of at most options.max_length tokens (special tokens included), each repeating the last
/// `stride` tokens of the piece before it; one if all fits. Where texts are cut at their begin
/// (facts().row) the first window has the end of the second text, and so on back. Throws Error for
/// a tokenizer without pairs, and for a first text that leaves a piece no more than `stride`
/// tokens.
std::vector<PairWindow> pair_windows(const Tokenizer& tokenizer, std::string_view first,
                                     std::string_view second, const EncodeOptions& options,
                                     std::int64_t stride);

}  // namespace roformer::text
