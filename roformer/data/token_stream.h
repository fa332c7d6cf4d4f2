// A text as one long row of token ids for a causal language model, in three parts: the bytes of files
// exactly as they are, or the words of documents laid end to end.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "roformer/data/data_options.h"
#include "roformer/data/split.h"
#include "roformer/text/tokenizer.h"

namespace roformer::data {

class TokenStream {
 public:
  virtual ~TokenStream() = default;
  virtual const text::Tokenizer& tokenizer() const = 0;
  /// Whether a token is a byte.
  bool is_bytes() const { return tokenizer().is_bytes(); }
  /// Tokens of a part. Throws Error for a part that this text is not divided into.
  virtual std::int64_t size(Split split) const = 0;
  /// Appends the ids of a part from place `begin` to `end`.
  virtual void read(Split split, std::int64_t begin, std::int64_t end,
                    std::vector<std::int64_t>& out) const = 0;
  /// A line for people.
  virtual std::string summary() const = 0;
};

/// The text that `options` describe: a ByteStream (byte_stream.h) where the vocabulary is "bytes",
/// else the documents of a Corpus with [SEP] between them. `threads` 0: all cores.
std::shared_ptr<const TokenStream> open_token_stream(const DataOptions& options, int threads = 0);

/// "training", "validation" or "test".
const char* split_name(Split split);

}  // namespace roformer::data
