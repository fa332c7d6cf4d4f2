#include "roformer/format/pickled_file.h"

#include <gtest/gtest.h>

#include "roformer/format/byte_cursor.h"
#include "roformer/format/pickle_writer.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;
using checkpoint::expect_error;

struct Parts {
  std::string preamble = legacy_preamble();
  std::string state = pickle_state({{"a", "0", Dtype::f32, {2}}, {"b", "1", Dtype::u8, {3}}},
                                   PickleContainer::legacy);
  std::string keys = pickle_texts({"1", "0"});
  std::uint64_t first_size = 3;

  std::string bytes() const {
    std::string file = preamble + state + keys;
    append_number(file, first_size, 8);
    file += "xyz";
    append_number(file, 2, 8);
    return file + "12345678";
  }
};

PickledFile read(const std::string& bytes) {
  return read_legacy_container(bytes, "f.bin");
}

TEST(LegacyContainer, FindsStoragesInTheOrderOfTheirKeys) {
  const std::string bytes = Parts().bytes();
  const PickledFile container = read(bytes);
  EXPECT_EQ(bytes.substr(container.begin.at("1"), 3), "xyz");
  EXPECT_EQ(bytes.substr(container.begin.at("0"), 8), "12345678");
  EXPECT_EQ(container.object.tensors.size(), 2u);
  EXPECT_TRUE(is_legacy_container(bytes));
  EXPECT_FALSE(is_legacy_container("PK\x03\x04"));
  EXPECT_FALSE(is_legacy_container(""));
}

TEST(LegacyContainer, EveryTruncationIsAnError) {
  const std::string bytes = Parts().bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    expect_error({"f.bin"}, [&] { read(bytes.substr(0, size)); });
}

TEST(LegacyContainer, RefusesWhatDoesNotAgree) {
  const auto refused = [](const Parts& parts, std::initializer_list<const char*> words) {
    expect_error(words, [&] { read(parts.bytes()); });
  };
  Parts parts;
  parts.preamble[4] = 'x';
  refused(parts, {"magic number"});
  parts = {};
  parts.preamble.replace(parts.preamble.find("\xe9\x03"), 2, "\xe8\x03");
  refused(parts, {"protocol version 1001", "got 1000"});
  parts = {};
  parts.preamble[parts.preamble.find('\x88')] = '\x89';
  refused(parts, {"little-endian"});
  parts = {};
  parts.keys = pickle_texts({"1", "2"});
  refused(parts, {"keys of its storages", "'2'"});
  parts.keys = pickle_texts({"1"});
  refused(parts, {"the data of storage '0'"});
  parts.keys = "\x80\x02N."s;
  refused(parts, {"a list of storages"});
  parts = {};
  parts.first_size = 4;
  refused(parts, {"expected 3 elements in storage '1' but got 4"});
}

}  // namespace
}  // namespace roformer::format
