#include "roformer/format/leveldb_table.h"

#include <gtest/gtest.h>

#include "roformer/base/crc32c.h"
#include "roformer/base/random.h"
#include "roformer/format/byte_cursor.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;
using checkpoint::expect_error;

// A table put together as LevelDB's doc/table_format.md describes it, a block at a time.
class TableByHand {
 public:
  // An entry that takes over `shared` bytes of the key before.
  static std::string entry(std::size_t shared, const std::string& added, const std::string& value) {
    std::string bytes;
    append_varint(bytes, shared);
    append_varint(bytes, added.size());
    append_varint(bytes, value.size());
    return bytes + added + value;
  }
  // The handle of a block with one restart.
  std::string add(const std::string& entries, char type = '\0') {
    std::string block = entries;
    append_number(block, 0, 4);
    append_number(block, 1, 4);
    return add_raw(block, type);
  }
  std::string add_raw(std::string block, char type = '\0') {
    std::string handle;
    append_varint(handle, file_.size());
    append_varint(handle, block.size());
    block += type;
    file_ += block;
    append_number(file_, base::mask_crc32c(base::crc32c(block)), 4);
    return handle;
  }
  std::string finish(const std::string& index_entries) {
    std::string handles = add("") + add(index_entries);
    handles.resize(40, '\0');
    return file_ + handles + "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
  }

 private:
  std::string file_;
};

TEST(LeveldbTable, ReadsKeysThatShareTheirBeginnings) {
  TableByHand table;
  const std::string first = table.add(TableByHand::entry(0, "apple", "1") +
                                      TableByHand::entry(2, "ricot", "") +
                                      TableByHand::entry(0, "b", "3")),
                    second = table.add(TableByHand::entry(0, "cherry", "four"));
  const std::string bytes =
      table.finish(TableByHand::entry(0, "b", first) + TableByHand::entry(0, "cherry", second));
  const LeveldbEntries expected{{"apple", "1"}, {"apricot", ""}, {"b", "3"}, {"cherry", "four"}};
  EXPECT_EQ(read_leveldb_table(bytes, "t"), expected);
}

TEST(LeveldbTable, RefusesBlocksThatLie) {
  const auto refused = [](const std::string& entries, std::initializer_list<const char*> words,
                          char type = '\0') {
    TableByHand table;
    const std::string handle = table.add(entries, type);
    const std::string bytes = table.finish(TableByHand::entry(0, "z", handle));
    expect_error(words, [&] { read_leveldb_table(bytes, "t"); });
  };
  refused(TableByHand::entry(1, "a", ""), {"t:", "shares at most 0"});
  refused("\x00\x05\x00x"s, {"truncated"});
  refused(TableByHand::entry(0, "a", "b"), {"compression", "type 1"}, '\x01');

  TableByHand restarts;
  std::string block = TableByHand::entry(0, "a", "b");
  append_number(block, 99, 4);
  const std::string handle = restarts.add_raw(block);
  expect_error({"restarts"}, [&] {
    read_leveldb_table(restarts.finish(TableByHand::entry(0, "z", handle)), "t");
  });

  TableByHand again;  // one block many times
  const std::string once = again.add(TableByHand::entry(0, "a", "b"));
  expect_error({"in order"}, [&] {
    read_leveldb_table(
        again.finish(TableByHand::entry(0, "x", once) + TableByHand::entry(0, "y", once)), "t");
  });
}

TEST(LeveldbTable, WritesWhatItReads) {
  for (const int count : {0, 1, 2, 1000}) {
    LeveldbEntries entries;
    for (int i = 0; i < count; ++i)
      entries["key " + std::to_string(i)] = std::string(static_cast<std::size_t>(i), 'x');
    EXPECT_EQ(read_leveldb_table(format_leveldb_table(entries), "t"), entries);
  }
}

TEST(LeveldbTable, RefusesHandlesThatLie) {
  const std::string good = format_leveldb_table({{"a", "b"}});
  const std::size_t footer = good.size() - 48;
  for (std::size_t at = footer; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = '\xff';
    if (at < footer + 4 || at >= good.size() - 8)
      expect_error({"t"}, [&] { read_leveldb_table(bytes, "t"); });
  }
  std::string damaged = good;
  damaged[3] = 'z';  // the key
  expect_error({"checksum"}, [&] { read_leveldb_table(damaged, "t"); });
}

TEST(LeveldbTable, EveryTruncationAndEveryChangedByteIsRefusedOrHarmless) {
  const LeveldbEntries entries{{"a", "first"}, {"b", std::string(300, 'x')}};
  const std::string good = format_leveldb_table(entries);
  for (std::size_t size = 0; size < good.size(); ++size)
    expect_error({"t:"}, [&] { read_leveldb_table(good.substr(0, size), "t"); });
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 + base::derive(at, 0) % 255));
    try {
      EXPECT_EQ(read_leveldb_table(bytes, "t"), entries) << at;  // what nothing reads
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace roformer::format
