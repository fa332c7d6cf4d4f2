// CRC-32C, the checksum of TensorFlow's records and tables: Castagnoli's polynomial 0x1EDC6F41,
// bits reflected (RFC 3720, appendix B.4), and the mask that TensorFlow and LevelDB store it under.
#pragma once
#include <cstdint>
#include <string_view>

namespace roformer::base {

/// The checksum of `bytes`; with `previous`, the checksum of what came before and `bytes` together:
/// crc32c(b, crc32c(a)) == crc32c(a + b).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous = 0);

/// The form in which a checksum is stored beside data that may itself hold checksums:
/// rotated right by 15 bits, plus a constant (LevelDB, util/crc32c.h).
constexpr std::uint32_t mask_crc32c(std::uint32_t checksum) {
  return ((checksum >> 15) | (checksum << 17)) + 0xA282EAD8u;
}

/// The inverse of mask_crc32c.
constexpr std::uint32_t unmask_crc32c(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xA282EAD8u;
  return (rotated >> 17) | (rotated << 15);
}

}  // namespace roformer::base
