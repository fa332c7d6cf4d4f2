#include "roformer/base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace roformer::base {
namespace {

TEST(Hash, ValuesThatFileNamesHangOn) {
  // Computed from the definition by arithmetic of Python's integers. A change makes every cache and
  // every division of a parallel text another.
  EXPECT_EQ(hash_bytes(""), 0x88CE4B48A6765BFCull);
  EXPECT_EQ(hash_bytes("a"), 0xFA5F0D524677C9FFull);
  EXPECT_EQ(hash_bytes("12345678"), 0x2A33C1BDB2B9EA54ull);
  EXPECT_EQ(hash_bytes("123456789"), 0x30E6C3F9A576D14Dull);
  EXPECT_EQ(hash_bytes("123456789", 7), 0x8048F6A0BB62AE8Aull);
}

TEST(Hash, ValuesAreTheirBytes) {
  const std::vector<std::int32_t> values = {0x34333231, 0x38373635};  // "12345678", little-endian
  EXPECT_EQ(hash_values(std::span<const std::int32_t>(values)), hash_bytes("12345678"));
  EXPECT_EQ(hash_values(std::span<const std::int64_t>(), 3), hash_bytes("", 3));
}

TEST(Hash, EveryByteTheLengthAndTheSeedCount) {
  std::set<std::uint64_t> hashes;
  const std::string zeros(20, '\0');
  for (std::size_t size = 0; size <= zeros.size(); ++size)
    hashes.insert(hash_bytes(std::string_view(zeros).substr(0, size)));
  for (std::size_t place = 0; place < zeros.size(); ++place) {
    std::string changed = zeros;
    changed[place] = 1;
    hashes.insert(hash_bytes(changed));
  }
  for (std::uint64_t seed = 1; seed <= 10; ++seed) hashes.insert(hash_bytes(zeros, seed));
  EXPECT_EQ(hashes.size(), 21u + 20 + 10);
}

}  // namespace
}  // namespace roformer::base
