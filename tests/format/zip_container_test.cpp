#include "roformer/format/pickled_file.h"

#include <caffe2/serialize/inline_container.h>
#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/format/pickle_writer.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

struct Record {
  std::string name, data;
  bool compressed = false;
};

std::vector<Record> good_records() {
  return {{"data.pkl", pickle_state({{"a", "0", Dtype::u8, {3}}}, PickleContainer::zip)},
          {"byteorder", "little"},
          {"data/0", "xyz"}};
}

// A file as LibTorch's own writer makes it.
class ZipFile {
 public:
  explicit ZipFile(const std::vector<Record>& records) {
    const TemporaryFolder folder("zip-container");
    const std::filesystem::path path = folder / "x.bin";
    {
      caffe2::serialize::PyTorchStreamWriter writer(path.string());
      for (const Record& record : records)
        writer.writeRecord(record.name, record.data.data(), record.data.size(), record.compressed);
      writer.writeEndOfFile();
    }
    bytes_ = base::read_file(path);
  }
  const std::string& bytes() const { return bytes_; }
  PickledFile read() const { return read_zip_container(bytes_, "x.bin"); }

 private:
  std::string bytes_;
};

TEST(ZipContainer, FindsRecordsWhereTheyLie) {
  const ZipFile file(good_records());
  const PickledFile container = file.read();
  ASSERT_EQ(container.begin.size(), 1u);
  EXPECT_EQ(file.bytes().substr(container.begin.at("0"), 3), "xyz");
  EXPECT_EQ(container.object.storages.front().dtype, Dtype::u8);
}

TEST(ZipContainer, TheOrderOfBytesMayBeLeftOut) {
  auto records = good_records();
  records.erase(records.begin() + 1);
  EXPECT_EQ(ZipFile(records).read().begin.size(), 1u);
}

TEST(ZipContainer, RefusesWhatItCannotUse) {
  const auto refused = [](const auto& change, std::initializer_list<const char*> words) {
    auto records = good_records();
    change(records);
    const ZipFile file(records);
    expect_error(words, [&] { file.read(); });
  };
  refused([](auto& r) { r[1].data = "big"; }, {"x.bin", "little-endian"});
  refused([](auto& r) { r[2].data = "xy"; }, {"3 bytes in storage '0'", "got 2"});
  refused([](auto& r) { r[2].name = "data/1"; }, {"record 'data/0'"});
  refused([](auto& r) { r[0].name = "other.pkl"; }, {"record 'data.pkl'"});
  // LibTorch compresses only what becomes smaller.
  refused(
      [](auto& r) {
        r[2] = {"data/0", std::string(1000, 'x'), true};
      },
      {"data/0", "compressed"});
}

TEST(ZipContainer, EveryTruncationIsAnErrorOfOurs) {
  const ZipFile file(good_records());
  for (std::size_t size = 0; size < file.bytes().size(); size += 7)
    expect_error({"x.bin"}, [&] { read_zip_container(file.bytes().substr(0, size), "x.bin"); });
}

}  // namespace
}  // namespace roformer::format
