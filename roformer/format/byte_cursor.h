// Numbers and strings one after the other in bytes: read, never past the end, and written.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "roformer/base/error.h"

namespace roformer::format {

class ByteCursor {
 public:
  /// Refers to `bytes`; `name` is the file's, for messages.
  ByteCursor(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  const std::string& name() const { return name_; }

  /// The next `size` bytes. Throws Error where the file ends before.
  std::string_view take(std::uint64_t size) {
    base::require(size <= remaining(),
                  "[format] {}: expected {} more bytes at byte {} but got {} (truncated?)", name_,
                  size, position_, remaining());
    const std::string_view taken = bytes_.substr(position_, static_cast<std::size_t>(size));
    position_ += taken.size();
    return taken;
  }

  /// An unsigned little-endian number of `size` (at most 8) bytes.
  std::uint64_t number(std::size_t size) {
    const std::string_view taken = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(taken[i]);
    return value;
  }

  /// An unsigned number in groups of 7 bits, the least first (LevelDB, protocol buffers).
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte = number(1);
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    base::fail("[format] {}: expected a number of at most 64 bits at byte {} but got more", name_,
               position_);
  }

  /// The bytes up to a line feed, which is taken too.
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', position_);
    base::require(end != std::string_view::npos,
                  "[format] {}: expected a line at byte {} but the file ends (truncated?)", name_,
                  position_);
    const std::string_view taken = bytes_.substr(position_, end - position_);
    position_ = end + 1;
    return taken;
  }

 private:
  std::string_view bytes_;
  std::string name_;
  std::size_t position_ = 0;
};

/// Appends the lowest `size` bytes of `value`, little-endian.
inline void append_number(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
}

/// Appends `value` in groups of 7 bits, the least first.
inline void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

}  // namespace roformer::format
