// A text normalised character by character: its bytes, and for each which character of the text it
// came from.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "roformer/text/character_table.h"
#include "roformer/text/encoding.h"
#include "roformer/unicode/utf8.h"

namespace roformer::text {

class MappedText {
 public:
  /// Reads a whole text; the first of its characters is number `offset`. The table is of options
  /// that make each white space a space and set no Chinese characters apart. False if the text
  /// needs normalize().
  bool read(std::string_view text, std::int32_t offset, const CharacterTable& characters) {
    size_ = 0;
    room_for(text.size());
    const char* const end = text.data() + text.size();
    for (const char* p = text.data(); p < end; ++offset) {
      const unicode::DecodedCharacter c = unicode::decode_utf8(p, end);
      if (!append(characters.entry(c.code), c.code, offset, characters)) return false;
      p += c.size;
    }
    return true;
  }

  std::string_view bytes() const { return {bytes_.data(), size_}; }
  /// The source of the bytes [begin, end), which are not none.
  Offset extent(std::size_t begin, std::size_t end) const {
    return {sources_[begin], sources_[end - 1] + 1};
  }

 private:
  static constexpr std::size_t most_bytes = 4;  // of a character

  bool append(CharacterEntry entry, char32_t code, std::int32_t source,
              const CharacterTable& characters) {
    switch (entry.kind) {
      case CharacterKind::same:
        put(code, source);
        return true;
      case CharacterKind::word:
      case CharacterKind::alone:
        put(entry.value, source);
        return true;
      case CharacterKind::space:
        put(' ', source);
        return true;
      case CharacterKind::drop:
        return true;
      case CharacterKind::sequence:
        for (const CharacterEntry& part : characters.sequence(entry.value))
          append(part, code, source, characters);
        return true;
      case CharacterKind::reorder:
        return false;
    }
    return true;
  }

  void put(char32_t code, std::int32_t source) {
    if (size_ + most_bytes > bytes_.size()) room_for(2 * size_);
    const std::uint32_t added = unicode::encode_utf8(code, bytes_.data() + size_);
    for (std::size_t i = 0; i < most_bytes; ++i) sources_[size_ + i] = source;
    size_ += added;
  }

  void room_for(std::size_t size) {
    bytes_.resize(size + most_bytes);
    sources_.resize(bytes_.size());
  }

  std::size_t size_ = 0;
  std::vector<char> bytes_;
  std::vector<std::int32_t> sources_;
};

}  // namespace roformer::text
