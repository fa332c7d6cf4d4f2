#include "roformer/format/tensorflow_index.h"

#include <gtest/gtest.h>

#include "roformer/format/leveldb_table.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;
using checkpoint::expect_error;

using Sizes = std::vector<std::int64_t>;

TensorFlowIndex parse(const LeveldbEntries& entries) {
  return parse_tensorflow_index(format_leveldb_table(entries), "x.index");
}

// tensor_bundle.proto, written as protobuf.dev's "Encoding" says: dtype 1 (DT_FLOAT), shape {dim
// {size 2} dim {size 3}}, offset 8, size 24, crc32c fixed32.
const std::string kEntry =
    "\x08\x01\x12\x08\x12\x02\x08\x02\x12\x02\x08\x03\x20\x08\x28\x18\x35\x78\x56\x34\x12"s;
const std::string kHeader = "\x08\x02\x1a\x02\x08\x01"s;  // num_shards 2, version {producer 1}

TEST(TensorFlowIndex, ReadsEntriesByHand) {
  const TensorFlowIndex index = parse({{"", kHeader}, {"w", kEntry}, {"v", kEntry + "\x18\x01"}});
  EXPECT_EQ(index.shards, 2);
  const BundleEntry& entry = index.tensors.at("w");
  EXPECT_EQ(entry.dtype, Dtype::f32);
  EXPECT_EQ(entry.shape, (Sizes{2, 3}));
  EXPECT_EQ(entry.shard, 0);
  EXPECT_EQ(entry.begin, 8u);
  EXPECT_EQ(entry.end, 32u);
  EXPECT_EQ(entry.masked_checksum, 0x12345678u);
  EXPECT_EQ(index.tensors.at("v").shard, 1);
}

TEST(TensorFlowIndex, LeavesTextsAsideAndSkipsWhatItDoesNotKnow) {
  // Field 15 in every wire type behind the known ones.
  const std::string unknown =
      "\x78\x05\x79"s + std::string(8, 'x') + "\x7a\x03" + "abc" + "\x7d" + std::string(4, 'x');
  const TensorFlowIndex index =
      parse({{"", kHeader + unknown}, {"w", kEntry + unknown}, {"text", "\x08\x07"}});
  EXPECT_EQ(index.tensors.size(), 1u);
  EXPECT_EQ(index.others, std::vector<std::string>{"text"});
}

TEST(TensorFlowIndex, RefusesWhatItCannotRead) {
  const auto refused = [](const LeveldbEntries& entries, std::initializer_list<const char*> words) {
    expect_error(words, [&] { parse(entries); });
  };
  refused({{"w", kEntry}}, {"x.index", "header"});
  refused({{"", "\x08\x00"s}}, {"1 to 99999 data files", "got 0"});
  refused({{"", "\x08\x01\x10\x01"s}}, {"little-endian"});
  refused({{"", "\x0b"s}}, {"wire type 3"});
  refused({{"", kHeader}, {"w", "\x08\x0c" + kEntry.substr(2)}}, {"tensor 'w'", "type 12"});
  refused({{"", kHeader}, {"w", kEntry + "\x3a\x00"s}}, {"tensor 'w'", "slices"});
  refused({{"", kHeader}, {"w", kEntry + "\x18\x02"}}, {"shard below 2", "got 2"});
  refused({{"", kHeader}, {"w", kEntry + "\x28\x17"}}, {"24 bytes", "got 23"});
  refused({{"", kHeader}, {"w", kEntry.substr(0, 5)}}, {"tensor 'w'"});
}

TEST(TensorFlowIndex, WritesWhatItReads) {
  TensorFlowIndex index;
  index.shards = 7;
  std::int64_t shard = 0;
  for (const Dtype dtype : {Dtype::boolean, Dtype::u8, Dtype::i8, Dtype::i16, Dtype::i32,
                            Dtype::i64, Dtype::f16, Dtype::bf16, Dtype::f32, Dtype::f64}) {
    const std::size_t bytes = 300 * dtype_size(dtype);
    index.tensors["t" + std::to_string(static_cast<int>(dtype))] = {
        dtype, {300, 1}, shard++ % 7, 1000, 1000 + bytes, 0xdeadbeef};
  }
  index.tensors["scalar"] = {Dtype::f32, {}, 6, 0, 4, 1};
  index.tensors["empty"] = {Dtype::f32, {0, 5}, 0, 4, 4, 2};
  const TensorFlowIndex again = parse_tensorflow_index(format_tensorflow_index(index), "x.index");
  EXPECT_EQ(again.shards, 7);
  ASSERT_EQ(again.tensors.size(), index.tensors.size());
  for (const auto& [name, entry] : index.tensors) {
    const BundleEntry& found = again.tensors.at(name);
    EXPECT_EQ(found.dtype, entry.dtype) << name;
    EXPECT_EQ(found.shape, entry.shape) << name;
    EXPECT_EQ(found.shard, entry.shard) << name;
    EXPECT_EQ(found.begin, entry.begin) << name;
    EXPECT_EQ(found.end, entry.end) << name;
    EXPECT_EQ(found.masked_checksum, entry.masked_checksum) << name;
  }
}

TEST(TensorFlowIndex, NamesShards) {
  EXPECT_EQ(shard_name("a/bert_model.ckpt", 0, 1), "a/bert_model.ckpt.data-00000-of-00001");
  EXPECT_EQ(shard_name("x", 12, 345), "x.data-00012-of-00345");
}

TEST(TensorFlowIndex, NamesEntriesThatAreWrong) {
  TensorFlowIndex index;
  index.tensors["x"] = {Dtype::f32, {2, 3}, 0, 0, 24, 0};
  const auto parsed = parse_tensorflow_index(format_tensorflow_index(index), "x.index");
  EXPECT_EQ(parsed.tensors.at("x").shape, (std::vector<std::int64_t>{2, 3}));
  const auto refused = [&](const BundleEntry& entry) {
    index.tensors["x"] = entry;
    expect_error({"x.index", "tensor 'x'"},
                 [&] { parse_tensorflow_index(format_tensorflow_index(index), "x.index"); });
  };
  refused({Dtype::f32, {2, 3}, 1, 0, 24, 0});    // no such shard
  refused({Dtype::f32, {2, 3}, 0, 0, 23, 0});    // too few bytes
  refused({Dtype::f32, {-2, -3}, 0, 0, 24, 0});  // negative sizes
  refused({Dtype::f32, {2, 3}, -1, 0, 24, 0});
  refused({Dtype::f32, {2, 3}, 0, std::size_t(-25), std::size_t(-1), 0});
}

}  // namespace
}  // namespace roformer::format
