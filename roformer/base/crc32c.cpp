// Eight tables, eight bytes a step ("slicing by 8", Kounavis and Berry 2005).
#include "roformer/base/crc32c.h"

#include <array>
#include <cstddef>

namespace roformer::base {
namespace {

constexpr std::size_t crc_slices = 8;
using CrcTables = std::array<std::array<std::uint32_t, 256>, crc_slices>;

// tables[k][b]: what byte b adds to the checksum when k more bytes follow it.
constexpr CrcTables make_crc_tables() {
  constexpr std::uint32_t reflected_polynomial = 0x82F63B78u;
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t checksum = byte;
    for (int bit = 0; bit < 8; ++bit) {
      checksum = (checksum >> 1) ^ ((checksum & 1) != 0 ? reflected_polynomial : 0);
    }
    tables[0][byte] = checksum;
  }
  for (std::size_t slice = 1; slice < crc_slices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr CrcTables crc_tables = make_crc_tables();

std::uint32_t byte_at(std::string_view bytes, std::size_t place) {
  return static_cast<unsigned char>(bytes[place]);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) {
  std::uint32_t state = ~previous;
  for (; bytes.size() >= crc_slices; bytes.remove_prefix(crc_slices)) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < crc_slices; ++i) {
      const std::uint32_t carried = i < 4 ? (state >> (8 * i)) & 0xFF : 0;
      next ^= crc_tables[crc_slices - 1 - i][byte_at(bytes, i) ^ carried];
    }
    state = next;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    state = (state >> 8) ^ crc_tables[0][(state ^ byte_at(bytes, i)) & 0xFF];
  }
  return ~state;
}

}  // namespace roformer::base
