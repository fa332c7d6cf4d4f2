#include "roformer/format/sharded_files.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

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

}  // namespace
}  // namespace roformer::format
