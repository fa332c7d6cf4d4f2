#include "roformer/format/tensor_format.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "roformer/base/file.h"
#include "roformer/format/tensor_source.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

TEST(TensorFormat, IsFoundByItsName) {
  std::set<std::string> names;
  for (const TensorFormat* format : tensor_formats()) {
    EXPECT_TRUE(names.insert(format->name).second) << format->name;
    EXPECT_EQ(&find_tensor_format(format->name), format);
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"safetensors", "pytorch", "pytorch-legacy", "tensorflow"}));
  expect_error({"pytorch, pytorch-legacy, safetensors, tensorflow", "'abacus'"},
               [] { find_tensor_format("abacus"); });
}

// What a format writes is what it says it writes, finds, recognises and opens.
TEST(TensorFormat, KnowsItsOwnFiles) {
  const auto tensor = [](const char* name) {
    return OutputTensor{name, Dtype::f32, {2}, [] { return torch::ones({2}); }};
  };
  for (const TensorFormat* format : tensor_formats()) {
    for (const Shards& shards : {Shards{{tensor("a")}}, Shards{{tensor("a")}, {tensor("b")}}}) {
      SCOPED_TRACE(std::string(format->name) + " " + std::to_string(shards.size()));
      const TemporaryFolder folder("own-files");
      std::size_t bytes = 0;
      format->write(folder.path(), shards, [&](std::size_t count) { bytes += count; });
      EXPECT_EQ(bytes, 8 * shards.size());
      std::set<std::string> found;
      for (const auto& item : std::filesystem::directory_iterator(folder.path()))
        found.insert(item.path().filename().string());
      const auto names = format->file_names(shards.size());
      EXPECT_EQ(found, std::set<std::string>(names.begin(), names.end()));
      for (const std::string& name : names) EXPECT_TRUE(format->owns(name)) << name;
      EXPECT_FALSE(format->owns("config.json"));
      EXPECT_TRUE(std::filesystem::exists(format->find(folder.path())));
      const auto opened = open_tensors(folder.path());
      EXPECT_EQ(&opened->format(), format);
      EXPECT_TRUE(torch::equal(opened->tensor("a"), torch::ones({2})));
      EXPECT_EQ(opened->entries().size(), shards.size());
    }
  }
}

}  // namespace
}  // namespace roformer::format
