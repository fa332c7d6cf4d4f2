#include "roformer/format/tensorflow_file.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/crc32c.h"
#include "roformer/base/file.h"
#include "roformer/format/tensorflow_index.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

TEST(TensorFlowWriter, TheIndexSaysPlaceAndChecksumOfEachTensor) {
  const TemporaryFolder folder("tensorflow-writer");
  const auto bytes_of = [](const char* name, const char* text) {
    return OutputTensor{name, Dtype::u8, {3}, [text] {
                          return torch::tensor({text[0], text[1], text[2]}, torch::kByte);
                        }};
  };
  const Shards shards = {{bytes_of("b", "123"), bytes_of("a", "456")}, {bytes_of("c", "789")}};
  write_tensorflow(folder / "x", shards, [](std::size_t) {});
  EXPECT_EQ(base::read_file(folder / "x.data-00000-of-00002"), "123456");
  EXPECT_EQ(base::read_file(folder / "x.data-00001-of-00002"), "789");
  const TensorFlowIndex index =
      parse_tensorflow_index(base::read_file(folder / "x.index"), "x.index");
  EXPECT_EQ(index.shards, 2);
  EXPECT_EQ(index.tensors.at("a").begin, 3u);
  EXPECT_EQ(index.tensors.at("a").end, 6u);
  EXPECT_EQ(index.tensors.at("c").shard, 1);
  EXPECT_EQ(index.tensors.at("c").masked_checksum, base::mask_crc32c(base::crc32c("789")));
}

TEST(TensorFlowWriter, AFailureLeavesTheOldIndex) {
  const TemporaryFolder folder("tensorflow-failure");
  base::write_file_atomically(folder / "x.index", "old");
  const auto fail = []() -> torch::Tensor { throw Error("no such tensor"); };
  expect_error({"no such tensor"}, [&] {
    write_tensorflow(folder / "x", {{{"a", Dtype::f32, {1}, fail}}}, [](std::size_t) {});
  });
  EXPECT_EQ(base::read_file(folder / "x.index"), "old");
}

}  // namespace
}  // namespace roformer::format
