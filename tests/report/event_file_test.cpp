#include "roformer/report/event_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <vector>

#include "roformer/base/crc32c.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"

namespace roformer::report {
namespace {

namespace fs = std::filesystem;

class EventFileTest : public testing::Test {
 protected:
  EventFileTest() { fs::create_directories(folder_); }
  ~EventFileTest() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / ("roformer_events_" + std::to_string(::getpid()));
};

template <typename Word>
Word read_word(std::string_view bytes) {
  Word word;
  std::memcpy(&word, bytes.data(), sizeof word);
  return word;
}

// The messages of a file, its lengths and checksums checked.
std::vector<std::string> read_records(const fs::path& path) {
  const std::string file = base::read_file(path);
  std::vector<std::string> records;
  for (std::string_view rest = file; !rest.empty();) {
    const auto size = read_word<std::uint64_t>(rest);
    EXPECT_EQ(base::unmask_crc32c(read_word<std::uint32_t>(rest.substr(8))),
              base::crc32c(rest.substr(0, 8)));
    const std::string_view message = rest.substr(12, size);
    EXPECT_EQ(message.size(), size);
    EXPECT_EQ(base::unmask_crc32c(read_word<std::uint32_t>(rest.substr(12 + size))),
              base::crc32c(message));
    records.emplace_back(message);
    rest.remove_prefix(16 + size);
  }
  return records;
}

// The bytes behind the wall time, a fixed64 of field 1, which differs from run to run.
std::string behind_time(const std::string& event) {
  EXPECT_EQ(event.at(0), '\x09');
  return event.substr(9);
}

TEST_F(EventFileTest, HoldsTheMessagesOfEventProto) {
  EventFile file(folder_);
  file.restart_at(7);
  const std::vector<Scalar> scalars = {{"a/loss", 1.0}, {"b", std::nan("")}};
  file.add(300, scalars);
  file.add(0, {});
  file.sync();
  const auto records = read_records(file.path());
  ASSERT_EQ(records.size(), 4u);
  using namespace std::string_literals;
  EXPECT_EQ(behind_time(records[0]), "\x10\0\x1A\x0D"s + "brain.Event:2");
  EXPECT_EQ(behind_time(records[1]), "\x10\x07\x3A\x02\x08\x01"s);
  EXPECT_EQ(behind_time(records[2]), "\x10\xAC\x02\x2A\x19"s + "\x0A\x0D\x0A\x06" + "a/loss" +
                                         "\x15\0\0\x80\x3F"s + "\x0A\x08\x0A\x01" + "b" +
                                         "\x15\0\0\xC0\x7F"s);
  EXPECT_EQ(behind_time(records[3]), "\x10\0\x2A\0"s);
}

TEST_F(EventFileTest, EachFileComesBehindTheOthers) {
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const EventFile file(folder_);
    names.push_back(file.path().filename().string());
    EXPECT_TRUE(names.back().starts_with(event_file_prefix));
  }
  EXPECT_LT(names[0], names[1]);
  EXPECT_LT(names[1], names[2]);
}

TEST_F(EventFileTest, ReadersSeeALineAtOnce) {
  EventFile file(folder_);
  const std::vector<Scalar> scalars = {{std::string(300, 'x'), -0.5}};
  file.add(std::int64_t{1} << 40, scalars);
  const auto records = read_records(file.path());
  ASSERT_EQ(records.size(), 2u);
  EXPECT_NE(records[1].find(std::string(300, 'x')), std::string::npos);
}

TEST_F(EventFileTest, NoFolderIsAnError) {
  EXPECT_THROW(EventFile(folder_ / "absent"), std::exception);
}

}  // namespace
}  // namespace roformer::report
