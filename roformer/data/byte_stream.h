// The bytes of a text, exactly: no normalisation, no joining of lines; what byte-level language
// models learn (enwik8: the first 90 % are learned, the next 5 % and the last 5 % held out).
#pragma once
#include <string>
#include <string_view>

#include "roformer/data/token_stream.h"

namespace roformer::data {

/// Ids are those of text::byte_tokenizer(): ByT5's, byte + 3.
class ByteStream final : public TokenStream {
 public:
  /// Reads the files (plain, .xz, .gz) one behind another, or apt's package descriptions, a blank
  /// line between two paragraphs. Throws Error naming data.text for a text without bytes.
  explicit ByteStream(const DataOptions& options);

  const text::Tokenizer& tokenizer() const override { return tokenizer_; }
  /// Bytes of a part.
  std::int64_t size(Split split) const override;
  /// Appends the ids of bytes begin … end − 1 of a part.
  void read(Split split, std::int64_t begin, std::int64_t end,
            std::vector<std::int64_t>& out) const override;
  std::string summary() const override;

  /// The bytes of a part, one range of the whole.
  std::string_view bytes(Split split) const;

 private:
  text::Tokenizer tokenizer_;
  std::string bytes_;
  std::size_t validation_begin_ = 0, test_begin_ = 0;
};

}  // namespace roformer::data
