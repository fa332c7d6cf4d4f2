#include "roformer/format/tensorflow_file.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/crc32c.h"
#include "roformer/base/file.h"
#include "roformer/checkpoint/weights.h"
#include "roformer/format/safetensors.h"
#include "roformer/format/tensorflow_index.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

namespace fs = std::filesystem;
using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

// Where the tests' own files lie in the source tree.
fs::path fixtures() {
  return fs::path(__FILE__).parent_path().parent_path() / "fixtures";
}

TEST(TensorFlowFile, ReadsItsOwnFiles) {
  for (const char* model : {"roformer", "bert"}) {
    const fs::path folder = fixtures() / "tensorflow" / model;
    const TensorMap expected = load_tensors(folder / "expected.safetensors").tensors;
    for (const fs::path& path :
         {folder, folder / "bert_model.ckpt", folder / "bert_model.ckpt.index"}) {
      const checkpoint::Weights weights = checkpoint::open_weights(path);
      EXPECT_EQ(weights.training_state().size(), 3u);
      ASSERT_EQ(weights.entries().size(), expected.size());
      for (const auto& [name, tensor] : expected) {
        const std::string own = name.starts_with("roformer.") ? "bert" + name.substr(8) : name;
        EXPECT_TRUE(torch::equal(weights.tensor(own), tensor)) << own;
      }
    }
  }
}

void write_small(const fs::path& prefix, std::size_t shards = 1) {
  Shards tensors(shards);
  tensors.front().push_back({"a", Dtype::f32, {2, 2}, [] { return torch::ones({2, 2}); }});
  tensors.back().push_back({"b", Dtype::i64, {3}, [] { return torch::arange(3); }});
  write_tensorflow(prefix, tensors, [](std::size_t) {});
}

TEST(TensorFlowFile, ReadsWhatTheWriterWrites) {
  const TemporaryFolder folder("tensorflow-file");
  for (const std::size_t shards : {1u, 2u}) {
    write_small(folder / "x", shards);
    const TensorFlowFile file(folder / "x");
    EXPECT_EQ(file.path(), folder / "x.index");
    EXPECT_EQ(file.file_count(), shards);
    EXPECT_TRUE(torch::equal(file.tensor("a"), torch::ones({2, 2})));
    EXPECT_TRUE(torch::equal(file.tensor("b"), torch::arange(3)));
    expect_error({"x.index", "'c'"}, [&] { file.tensor("c"); });
  }
}

TEST(TensorFlowFile, ComparesChecksumsAndLengths) {
  const TemporaryFolder folder("tensorflow-damage");
  write_small(folder / "x");
  const fs::path data = folder / "x.data-00000-of-00001";
  const std::string bytes = base::read_file(data);
  std::string changed = bytes;
  changed[1] = 'x';
  base::write_file_atomically(data, changed);
  const TensorFlowFile damaged(folder / "x.index");
  expect_error({"tensor 'a'", "checksum"}, [&] { damaged.tensor("a"); });
  EXPECT_TRUE(torch::equal(damaged.tensor("b"), torch::arange(3)));
  base::write_file_atomically(data, bytes.substr(0, bytes.size() - 1));
  expect_error({"tensor 'b'", "truncated"}, [&] { TensorFlowFile(folder / "x.index"); });
}

TEST(TensorFlowFile, OfSeveralInAFolderTheNewestIsTaken) {
  const TemporaryFolder folder("tensorflow-several");
  const TensorFormat& tensorflow = find_tensor_format("tensorflow");
  EXPECT_TRUE(tensorflow.find(folder.path()).empty());
  write_small(folder / "model.ckpt-1");
  EXPECT_EQ(tensorflow.find(folder.path()), folder / "model.ckpt-1.index");
  write_small(folder / "model.ckpt-2");
  expect_error({"one TensorFlow checkpoint", "got 2"}, [&] { tensorflow.find(folder.path()); });
  base::write_file_atomically(folder / "checkpoint",
                              "model_checkpoint_path: \"/elsewhere/model.ckpt-2\"\n");
  EXPECT_EQ(tensorflow.find(folder.path()), folder / "model.ckpt-2.index");
}

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
