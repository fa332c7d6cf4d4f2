#include "roformer/base/crc32c.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <string>

#include "roformer/base/random.h"

namespace roformer::base {
namespace {

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(derive(3, i));
  return bytes;
}

// One bit at a time, as the definition says.
std::uint32_t plain_crc32c(std::string_view bytes) {
  std::uint32_t state = 0xFFFFFFFFu;
  for (const char byte : bytes) {
    state ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) * 0x82F63B78u);
  }
  return ~state;
}

// The checksum of `size` zero bytes: what one of them does to the state is linear, so powers of it are
// found by squaring.
std::uint32_t crc32c_of_zeros(std::uint64_t size) {
  using Matrix = std::array<std::uint32_t, 32>;  // where each bit of the state goes
  const auto times = [](const Matrix& matrix, std::uint32_t state) {
    std::uint32_t sum = 0;
    for (std::size_t bit = 0; bit < 32; ++bit) sum ^= ((state >> bit) & 1) * matrix[bit];
    return sum;
  };
  Matrix step;
  for (std::size_t bit = 0; bit < 32; ++bit) {
    step[bit] = std::uint32_t{1} << bit;
    for (int i = 0; i < 8; ++i) step[bit] = (step[bit] >> 1) ^ ((step[bit] & 1) * 0x82F63B78u);
  }
  std::uint32_t state = 0xFFFFFFFFu;
  for (; size > 0; size >>= 1) {
    if ((size & 1) != 0) state = times(step, state);
    Matrix squared;
    for (std::size_t bit = 0; bit < 32; ++bit) squared[bit] = times(step, step[bit]);
    step = squared;
  }
  return ~state;
}

TEST(Crc32c, VectorsOfRfc3720) {
  std::string ascending, descending;
  for (int i = 0; i < 32; ++i) {
    ascending += static_cast<char>(i);
    descending += static_cast<char>(31 - i);
  }
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c(ascending), 0x46DD794Eu);
  EXPECT_EQ(crc32c(descending), 0x113FDB5Cu);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);  // the check value of the CRC catalogues
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Crc32c, EveryLengthAndPlaceAsOneBitAtATime) {
  const std::string bytes = random_bytes(80);
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t size = 0; begin + size <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(begin, size);
      ASSERT_EQ(crc32c(part), plain_crc32c(part)) << begin << " " << size;
    }
  }
}

TEST(Crc32c, GoesOnFromWhatCameBefore) {
  const std::string bytes = random_bytes(1000);
  const std::string_view view = bytes;
  for (const std::size_t cut : {0, 1, 7, 8, 9, 500, 999, 1000}) {
    EXPECT_EQ(crc32c(view.substr(cut), crc32c(view.substr(0, cut))), crc32c(view)) << cut;
  }
}

TEST(Crc32c, MoreBytesThanAnIntCounts) {
  ASSERT_EQ(crc32c_of_zeros(32), 0x8A9136AAu);
  constexpr std::size_t size = (std::size_t{1} << 31) + 12345;
  void* pages =
      ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  EXPECT_EQ(crc32c({static_cast<const char*>(pages), size}), crc32c_of_zeros(size));
  ::munmap(pages, size);
}

TEST(Crc32c, TheMaskIsTensorFlowsAndCanBeTakenOff) {
  // The length field of a TFRecord of 24 bytes and its stored checksum, as TensorFlow writes them.
  EXPECT_EQ(mask_crc32c(crc32c(std::string("\x18\0\0\0\0\0\0\0", 8))), 0x224B7FA3u);
  for (const std::uint32_t checksum : {0u, 1u, 0x12345678u, 0xA282EAD8u, 0xFFFFFFFFu}) {
    EXPECT_EQ(unmask_crc32c(mask_crc32c(checksum)), checksum);
    EXPECT_NE(mask_crc32c(checksum), checksum);
  }
}

}  // namespace
}  // namespace roformer::base
