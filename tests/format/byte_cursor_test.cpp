#include "roformer/format/byte_cursor.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;
using checkpoint::expect_error;

TEST(ByteCursor, ReadsLittleEndianNumbersOfEveryWidth) {
  ByteCursor cursor("\x01\x02\x03\x04\x05\x06\x07\x08\xff", "f");
  EXPECT_EQ(cursor.number(2), 0x0201u);
  EXPECT_EQ(cursor.number(1), 3u);
  EXPECT_EQ(cursor.position(), 3u);
  EXPECT_EQ(cursor.remaining(), 6u);
  EXPECT_EQ(cursor.number(6), 0xff0807060504u);
  EXPECT_EQ(cursor.remaining(), 0u);
}

// protobuf.dev, "Encoding": 150 is 96 01; LevelDB's are the same.
TEST(ByteCursor, ReadsGroupsOfSevenBits) {
  const std::string bytes = "\x96\x01\x00\x7f\x80\x01"s + std::string(9, '\xff') + "\x01";
  ByteCursor cursor(bytes, "f");
  for (const std::uint64_t expected :
       {std::uint64_t{150}, std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128},
        std::numeric_limits<std::uint64_t>::max()})
    EXPECT_EQ(cursor.varint(), expected);
  ByteCursor endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "f");
  expect_error({"f:", "64 bits"}, [&] { endless.varint(); });
}

TEST(ByteCursor, ReadsWhatIsAppended) {
  for (std::uint64_t value = 1; value != 0; value *= 3) {
    std::string bytes;
    append_number(bytes, value, 8);
    append_varint(bytes, value);
    append_varint(bytes, value - 1);
    append_number(bytes, value, 3);
    ByteCursor cursor(bytes, "f");
    EXPECT_EQ(cursor.number(8), value);
    EXPECT_EQ(cursor.varint(), value);
    EXPECT_EQ(cursor.varint(), value - 1);
    EXPECT_EQ(cursor.number(3), value & 0xffffff);
    EXPECT_EQ(cursor.remaining(), 0u);
    if (value > std::numeric_limits<std::uint64_t>::max() / 3) break;
  }
}

TEST(ByteCursor, EndsWhereTheBytesEnd) {
  ByteCursor cursor("ab\ncd", "the file");
  EXPECT_EQ(cursor.line(), "ab");
  EXPECT_EQ(cursor.position(), 3u);
  expect_error({"the file", "a line at byte 3"}, [&] { cursor.line(); });
  expect_error({"3 more bytes at byte 3", "got 2"}, [&] { cursor.take(3); });
  expect_error({"more bytes"}, [&] { cursor.take(std::numeric_limits<std::uint64_t>::max()); });
  EXPECT_EQ(cursor.take(2), "cd");
  EXPECT_EQ(cursor.take(0), "");
  expect_error({"truncated"}, [&] { cursor.number(1); });
}

}  // namespace
}  // namespace roformer::format
