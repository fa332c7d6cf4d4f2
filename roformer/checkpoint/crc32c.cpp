#include "roformer/checkpoint/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

namespace roformer::checkpoint {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // reflected
constexpr std::size_t kSlices = 8;                 // bytes a step
using Table = std::array<std::array<std::uint32_t, 256>, kSlices>;

// table[k][b]: what byte b does to the sum when k more bytes follow.
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = table[slice - 1][byte];
      table[slice][byte] = before >> 8 ^ table[0][before & 0xff];
    }
  }
  return table;
}

constexpr Table kTable = make_table();
static_assert(std::endian::native == std::endian::little);

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
  crc = ~crc;
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= kSlices; left -= kSlices, p += kSlices) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, kSlices);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < kSlices; ++i)
      crc ^= kTable[kSlices - 1 - i][word >> (8 * i) & 0xff];
  }
  for (; left > 0; --left, ++p)
    crc = crc >> 8 ^ kTable[0][(crc ^ static_cast<unsigned char>(*p)) & 0xff];
  return ~crc;
}

std::uint32_t mask_crc32c(std::uint32_t crc) {
  constexpr std::uint32_t kMask = 0xa282ead8;
  return std::rotr(crc, 15) + kMask;
}

}  // namespace roformer::checkpoint
