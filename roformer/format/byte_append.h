// Writes numbers behind bytes, as ByteCursor reads them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace roformer::format {

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
