// A text as one long row of token ids for a causal language model, in three parts: the bytes of
// files exactly as they are, or the words of documents laid end to end.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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
  virtual const DataOptions& options() const = 0;
  /// Tokens of a part.
  virtual std::int64_t size(Split split) const = 0;
  /// Appends the ids of a part from place `begin` to `end`.
  virtual void read(Split split, std::int64_t begin, std::int64_t end,
                    std::vector<std::int64_t>& out) const = 0;
  /// A line for people.
  virtual std::string summary() const = 0;
};

/// The text that `options` describe: a ByteStream where the vocabulary is "bytes",
/// else the documents of a Corpus with [SEP] between them. `threads` 0: all cores.
std::shared_ptr<const TokenStream> open_token_stream(const DataOptions& options, int threads = 0);

/// The bytes of a text, exactly: no normalisation, no joining of lines (enwik8: the first 90 % are
/// learned, the next 5 % and the last 5 % held out, unless these parts have files of their own).
/// Ids are those of text::byte_tokenizer(): ByT5's, byte + 3.
class ByteStream final : public TokenStream {
 public:
  /// Reads the files (plain, .xz, .gz) one behind another, or apt's package descriptions, a blank
  /// line between two paragraphs. Throws Error naming data.text for a text without bytes.
  explicit ByteStream(const DataOptions& options);

  const text::Tokenizer& tokenizer() const override { return tokenizer_; }
  const DataOptions& options() const override { return options_; }
  /// Bytes of a part.
  std::int64_t size(Split split) const override;
  /// Appends the ids of bytes begin … end − 1 of a part.
  void read(Split split, std::int64_t begin, std::int64_t end,
            std::vector<std::int64_t>& out) const override;
  std::string summary() const override;

  /// The bytes of a part, one range of the whole or its own.
  std::string_view bytes(Split split) const;

 private:
  // Validation's or test's.
  std::string& own(Split split) { return own_[split == Split::test ? 1 : 0]; }
  const std::string& own(Split split) const { return own_[split == Split::test ? 1 : 0]; }

  DataOptions options_;
  text::Tokenizer tokenizer_;
  std::string bytes_;
  std::array<std::string, 2> own_;  // files of validation and test
  std::size_t validation_begin_ = 0, test_begin_ = 0;
};

}  // namespace roformer::data
