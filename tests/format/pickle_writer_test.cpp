#include "roformer/format/pickle_writer.h"

#include <gtest/gtest.h>

#include "roformer/format/pickle_reader.h"
#include "roformer/format/pickled_file.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;

// Operations as Python's pickletools names them.
TEST(PickleWriter, WritesTextsAsAList) {
  EXPECT_EQ(pickle_texts({"0", "10"}),
            "\x80\x02"                   // PROTO 2
            "]("                         // EMPTY_LIST, MARK
            "X\x01\x00\x00\x00\x30"      // BINUNICODE "0"
            "X\x02\x00\x00\x00\x31\x30"  // BINUNICODE "10"
            "e."s);                      // APPENDS, STOP
  EXPECT_EQ(pickle_texts({}), "\x80\x02](e."s);
}

TEST(PickleWriter, WritesATensorAsTorchDoes) {
  const std::string expected =
      "\x80\x02"
      "ccollections\nOrderedDict\n)R("
      "X\x01\x00\x00\x00w"
      "ctorch._utils\n_rebuild_tensor_v2\n(("
      "X\x07\x00\x00\x00storage"
      "ctorch\nFloatStorage\n"
      "X\x01\x00\x00\x00\x35"
      "X\x03\x00\x00\x00"
      "cpu"
      "J\x58\x02\x00\x00"         // 600 elements
      "tQK\x00"                   // the storage; offset 0
      "(K\x02J\x2c\x01\x00\x00t"  // (2, 300)
      "(J\x2c\x01\x00\x00K\x01t"  // strides
      "\x89"                      // requires_grad
      "ccollections\nOrderedDict\n)RtR"
      "u."s;
  EXPECT_EQ(pickle_state({{"w", "5", Dtype::f32, {2, 300}}}, PickleContainer::zip), expected);
}

TEST(PickleWriter, LegacyStoragesSayThatTheyAreWhole) {
  const std::vector<PickledTensor> tensors = {{"w", "0", Dtype::i64, {1}}};
  const std::string zip = pickle_state(tensors, PickleContainer::zip),
                    legacy = pickle_state(tensors, PickleContainer::legacy);
  EXPECT_EQ(legacy.size(), zip.size() + 1);
  EXPECT_NE(zip.find("K\x01tQ"), std::string::npos);
  EXPECT_NE(legacy.find("K\x01NtQ"), std::string::npos);
}

// The first bytes of any file of torch.save before 1.6.
TEST(PickleWriter, ThePreambleBeginsWithPyTorchsMagicNumber) {
  const std::string preamble = legacy_preamble();
  EXPECT_TRUE(preamble.starts_with("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19."s));
  EXPECT_TRUE(is_legacy_container(preamble));
  const std::string_view rest = std::string_view(preamble).substr(15);
  const Pickle version = read_pickle(rest, "f");
  EXPECT_EQ(*version.get<std::int64_t>(version.root), 1001);
  const Pickle machine = read_pickle(rest.substr(version.size), "f");
  EXPECT_EQ(machine.get<PickleDictionary>(machine.root)->items.size(), 3u);
  EXPECT_EQ(15 + version.size + machine.size, preamble.size());
}

TEST(PickleWriter, LargeSizesTakeEightBytes) {
  const std::int64_t rows = std::int64_t{1} << 33;
  const Pickle pickle =
      read_pickle(pickle_state({{"w", "0", Dtype::u8, {rows, 1}}}, PickleContainer::zip), "f");
  EXPECT_EQ(pickle.tensors.at(0).shape, (std::vector<std::int64_t>{rows, 1}));
  EXPECT_EQ(pickle.storages.at(0).size, rows);
}

}  // namespace
}  // namespace roformer::format
