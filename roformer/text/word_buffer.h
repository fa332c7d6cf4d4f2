// One normalised word on its way to the vocabulary: its bytes, and for each where in the text it
// came from.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "roformer/text/encoding.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {

/// Keeps the first `limit` characters; of a longer word only its extent and the fact.
class WordBuffer {
 public:
  explicit WordBuffer(std::int64_t limit) : limit_(static_cast<std::size_t>(limit)) {}

  /// Adds a character, and where in the text it came from.
  void append(char32_t code, Offset source) {
    if (count_++ == 0) extent_ = source;
    extent_.end = source.end;
    if (count_ > limit_) return;
    if (size_ + 4 > bytes_.size()) grow();
    const std::uint32_t added = unicode::encode_utf8(code, bytes_.data() + size_);
    for (std::uint32_t i = 0; i < added; ++i) sources_[size_ + i] = source;
    size_ += added;
  }
  /// Forgets the word, keeps the memory.
  void clear() { count_ = size_ = 0; }

  bool empty() const { return count_ == 0; }
  bool is_too_long() const { return count_ > limit_; }
  const char* bytes() const { return bytes_.data(); }
  std::size_t size() const { return size_; }
  /// From the word's first character to its last.
  Offset extent() const { return extent_; }
  /// The source of the bytes [begin, end).
  Offset extent(std::size_t begin, std::size_t end) const {
    return {sources_[begin].begin, sources_[end - 1].end};
  }

 private:
  void grow() {
    bytes_.resize(bytes_.size() * 2 + 64);
    sources_.resize(bytes_.size());
  }

  std::size_t limit_;
  std::size_t count_ = 0;
  std::size_t size_ = 0;
  Offset extent_;
  std::vector<char> bytes_;
  std::vector<Offset> sources_;
};

}  // namespace roformer::text
