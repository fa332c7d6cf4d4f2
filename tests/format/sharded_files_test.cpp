#include "roformer/format/sharded_files.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

constexpr ShardedFiles files{"model", ".safetensors"};
using Names = std::vector<std::string>;

// transformers' names: SAFE_WEIGHTS_NAME and its shards.
TEST(ShardedFiles, NamesOneFileOrSeveralAndTheirIndex) {
  EXPECT_EQ(files.names(1), Names{"model.safetensors"});
  EXPECT_EQ(files.names(2),
            (Names{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                   "model.safetensors.index.json"}));
}

TEST(ShardedFiles, OwnsTheseNamesAlone) {
  for (const std::size_t shards : {1u, 2u, 12u}) {
    for (const std::string& name : files.names(shards)) EXPECT_TRUE(files.owns(name)) << name;
  }
  for (const char* name :
       {"", "model", "model.bin", "model-1-of-2.safetensors", "model-00001-of-00002.bin",
        "model-00001-of-0000x.safetensors", "amodel.safetensors", "model.safetensors.bak",
        "model-00001-of-00002.safetensors.index.json", "config.json", "adapter_model.safetensors"})
    EXPECT_FALSE(files.owns(name)) << name;
}

TEST(ShardedFiles, FindsTheFileBeforeTheIndex) {
  const TemporaryFolder folder("sharded-files");
  EXPECT_TRUE(files.find(folder.path()).empty());
  base::write_file_atomically(folder / "model.safetensors.index.json", "{}");
  EXPECT_EQ(files.find(folder.path()), folder / "model.safetensors.index.json");
  base::write_file_atomically(folder / "model.safetensors", "x");
  EXPECT_EQ(files.find(folder.path()), folder / "model.safetensors");
}

TEST(ShardedFiles, TheIndexSaysWhereEachTensorIs) {
  const TemporaryFolder folder("sharded-index");
  const auto tensor = [](const char* name, std::int64_t size) {
    return OutputTensor{name, Dtype::f32, {size}, [size] { return torch::zeros({size}); }};
  };
  std::vector<std::string> written;
  const Shards shards = {{tensor("b", 2)}, {tensor("a", 1), tensor("c", 3)}};
  files.write(folder.path(), shards, [&](const auto& path, const auto& tensors) {
    written.push_back(path.filename().string() + " " + std::to_string(tensors.size()));
  });
  EXPECT_EQ(written,
            (Names{"model-00001-of-00002.safetensors 1", "model-00002-of-00002.safetensors 2"}));
  const auto index =
      nlohmann::json::parse(base::read_file(folder / "model.safetensors.index.json"));
  EXPECT_EQ(index.at("metadata").at("total_size"), 24);
  EXPECT_EQ(index.at("weight_map").at("a"), "model-00002-of-00002.safetensors");
  EXPECT_EQ(index.at("weight_map").at("b"), "model-00001-of-00002.safetensors");
  EXPECT_EQ(index.at("weight_map").size(), 3u);
}

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
