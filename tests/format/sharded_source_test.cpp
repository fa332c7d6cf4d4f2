#include "roformer/format/sharded_files.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

TEST(ShardedSource, FindsTensorsWhereTheIndexSays) {
  const TemporaryFolder folder("shards");
  const auto write_index = [&](const std::string& map) {
    base::write_file_atomically(folder / "model.safetensors.index.json",
                                R"({"metadata":{"total_size":8},"weight_map":)" + map + "}");
  };
  save_tensors(folder / "one.safetensors", {{"a", torch::ones(2)}, {"extra", torch::ones(1)}});
  save_tensors(folder / "two.safetensors", {{"b", torch::zeros(2)}});
  write_index(R"({"a":"one.safetensors","b":"two.safetensors"})");
  const ShardedSource weights(folder / "model.safetensors.index.json");
  EXPECT_EQ(weights.entries().size(), 2u);
  EXPECT_EQ(weights.file_count(), 2u);
  EXPECT_EQ(weights.notes().size(), 1u);  // of the tensor that the index leaves out
  EXPECT_EQ(weights.tensor("a").sum().item<float>(), 2.0f);

  const auto refused = [&](const std::string& map, std::initializer_list<const char*> words) {
    write_index(map);
    expect_error(words, [&] { ShardedSource(folder / "model.safetensors.index.json"); });
  };
  refused(R"({"a":"two.safetensors"})", {"'a'", "two.safetensors"});
  refused(R"({"a":"three.safetensors"})", {"'a'", "three.safetensors"});
  refused(R"({"a":"../one.safetensors"})", {"'a'", "beside the index"});
  refused(R"({"a":"/etc/passwd"})", {"'a'", "beside the index"});
  refused(R"({"a":""})", {"'a'"});
  refused(R"({"a":".."})", {"'a'"});
  refused(R"({"a":"model.safetensors.index.json"})", {"'a'"});
  refused(R"({"a":"one.safetensors\u0000"})", {"'a'"});
  refused(R"({"a":["one.safetensors"]})", {"'a'"});
  refused("[]", {"weight_map"});
}

TEST(ShardedSource, AnIndexOfNothingHoldsNothing) {
  const TemporaryFolder folder("no-shards");
  base::write_file_atomically(folder / "x.index.json", R"({"weight_map":{}})");
  const ShardedSource source(folder / "x.index.json");
  EXPECT_TRUE(source.entries().empty());
  EXPECT_EQ(source.file_count(), 0u);
  EXPECT_EQ(std::string(source.format().name), "safetensors");
  source.drop_pages();
}

}  // namespace
}  // namespace roformer::format
