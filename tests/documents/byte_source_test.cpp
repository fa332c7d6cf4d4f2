#include "roformer/documents/byte_source.h"

#include <gtest/gtest.h>

#include "roformer/base/random.h"
#include "tests/base/test_files.h"
#include "tests/data/compressed.h"

namespace roformer::documents {
namespace {

using tests::error_message;
using tests::has_text;

std::string read_bytes(const std::filesystem::path& path, std::size_t piece) {
  const auto source = open_bytes(path);
  std::string all, buffer(piece, '\0');
  while (const std::size_t got = source->read(buffer.data(), buffer.size()))
    all.append(buffer, 0, got);
  EXPECT_EQ(source->read(buffer.data(), buffer.size()), 0u);  // the end stays the end
  return all;
}

TEST(ByteSourceTest, AllFormatsAndSizes) {
  const tests::TestFolder folder;
  for (const std::size_t size : {0u, 1u, 2u, 65536u, 300001u}) {
    const auto text = tests::noise(size);
    EXPECT_EQ(read_bytes(folder.write("plain", text), 4096), text);
    EXPECT_EQ(read_bytes(folder.write("a.xz", tests::xz(text)), 4096), text);
    EXPECT_EQ(read_bytes(folder.write("a.gz", tests::gzip(text)), 4096), text);
    EXPECT_EQ(read_bytes(folder.write("a.gz", tests::gzip(text)), 1 << 20), text);
  }
  const std::string tiny = "some bytes";
  EXPECT_EQ(read_bytes(folder.write("a.xz", tests::xz(tiny)), 1), tiny);
  EXPECT_EQ(read_bytes(folder.write("a.gz", tests::gzip(tiny)), 1), tiny);
}

TEST(ByteSourceTest, FormatIsToldByContent) {
  const tests::TestFolder folder;
  EXPECT_EQ(read_bytes(folder.write("a.txt", tests::xz("hello")), 10), "hello");
  EXPECT_TRUE(has_text(error_message([&] { open_bytes(folder.write("b.xz", "hello")); }), "b.xz"));
  EXPECT_TRUE(has_text(error_message([&] { open_bytes(folder.write("b.gz", "")); }), "b.gz"));
}

TEST(ByteSourceTest, ConcatenatedMembers) {
  const tests::TestFolder folder;
  EXPECT_EQ(read_bytes(folder.write("a.gz", tests::gzip("one ") + tests::gzip("two")), 64),
            "one two");
  EXPECT_EQ(read_bytes(folder.write("a.xz", tests::xz("one ") + tests::xz("two")), 64), "one two");
  EXPECT_EQ(read_bytes(folder.write("a.gz", tests::gzip("one") + std::string(512, '\0')), 64),
            "one");
}

TEST(ByteSourceTest, TruncatedAtAnyPlace) {
  const tests::TestFolder folder;
  const auto text = tests::noise(20000);
  for (const auto& [name, bytes] :
       {std::pair{"t.xz", tests::xz(text)}, std::pair{"t.gz", tests::gzip(text)}}) {
    for (std::size_t size = 6; size < bytes.size(); size += 997) {
      const auto path = folder.write(name, bytes.substr(0, size));
      const auto message = error_message([&] { read_bytes(path, 4096); });
      EXPECT_TRUE(has_text(message, name)) << size << ": " << message;
    }
    const auto path = folder.write(name, bytes.substr(0, bytes.size() - 1));
    EXPECT_THROW(read_bytes(path, 4096), Error);
  }
}

TEST(ByteSourceTest, CorruptionNeverPassesUnseen) {
  const tests::TestFolder folder;
  const auto text = tests::noise(20000);
  for (const auto& [name, bytes] :
       {std::pair{"c.xz", tests::xz(text)}, std::pair{"c.gz", tests::gzip(text)}}) {
    for (std::uint64_t trial = 0; trial < 60; ++trial) {
      auto damaged = bytes;
      // Behind the head of the file: gzip's head has bytes without meaning (time, system).
      const auto at = 12 + base::uniform_below(1, trial, bytes.size() - 12);
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (trial % 8)));
      const auto path = folder.write(name, damaged);
      EXPECT_THROW(read_bytes(path, 4096), Error) << name << " byte " << at;
    }
  }
}

TEST(ByteSourceTest, AbsentAndFolder) {
  const tests::TestFolder folder;
  EXPECT_TRUE(has_text(error_message([&] { open_bytes(folder.file("absent")); }), "absent"));
  EXPECT_TRUE(has_text(error_message([&] { open_bytes(folder.path()); }), "folder"));
}

}  // namespace
}  // namespace roformer::documents
