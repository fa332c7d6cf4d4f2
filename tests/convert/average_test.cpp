#include "roformer/convert/average.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::convert {
namespace {

namespace fs = std::filesystem;
using checkpoint::expect_error;
using checkpoint::TemporaryFolder;
using format::TensorMap;

constexpr const char* kConfig = R"({"model_type":"roformer","vocab_size":3})";

void write_model(const fs::path& folder, const TensorMap& tensors,
                 const std::string& config = kConfig) {
  fs::create_directories(folder);
  base::write_file_atomically(folder / "config.json", config);
  format::save_tensors(folder / "model.safetensors", tensors);
}

TensorMap constant(float value, std::int64_t step = 1) {
  return {{"w", torch::full({2, 2}, value)},
          {"half", torch::full({2}, value).to(torch::kHalf)},
          {"step", torch::tensor(step)}};
}

TEST(Average, IsTheMeanInDoublePrecision) {
  const TemporaryFolder folder("average");
  // In float32, 1e8 + 1 + … + 1 stays 1e8.
  write_model(folder / "a", constant(1e8f, 1));
  for (const char* name : {"b", "c", "d"}) write_model(folder / name, constant(4.0f, 9));
  base::write_file_atomically(folder / "d" / "vocab.txt", "x\n");
  average({folder / "a", folder / "b", folder / "c", folder / "d"}, folder / "out", false);
  const auto mean = format::load_tensors(folder / "out" / "model.safetensors").tensors;
  EXPECT_EQ(mean.at("w")[1][1].item<float>(), static_cast<float>((1e8 + 12) / 4));
  EXPECT_EQ(mean.at("half").scalar_type(), torch::kHalf);
  EXPECT_EQ(mean.at("step").item<std::int64_t>(), 9);  // the last one's
  EXPECT_EQ(base::read_file(folder / "out" / "vocab.txt"), "x\n");
  EXPECT_TRUE(fs::exists(folder / "out" / "config.json"));
}

TEST(Average, RefusesModelsThatDifferAndWritesNothing) {
  const TemporaryFolder folder("average-differ");
  write_model(folder / "a", constant(1));
  const auto refused = [&](const TensorMap& tensors, const std::string& config,
                           std::initializer_list<const char*> words) {
    write_model(folder / "b", tensors, config);
    expect_error(words, [&] { average({folder / "a", folder / "b"}, folder / "out", false); });
    EXPECT_FALSE(fs::exists(folder / "out"));
  };
  auto other = constant(1);
  other.erase("half");
  refused(other, kConfig, {"'half' is missing"});
  other = constant(1);
  other["more"] = torch::ones({1});
  refused(other, kConfig, {"no tensor 'more'"});
  other = constant(1);
  other["w"] = torch::ones({4});
  refused(other, kConfig, {"tensor 'w'", "(2, 2)", "(4)"});
  other["w"] = torch::ones({2, 2}, torch::kDouble);
  refused(other, kConfig, {"F32", "F64"});
  refused(constant(1), R"({"model_type":"roformer","vocab_size":4})", {"vocab_size", "3", "4"});
  refused(constant(1), R"({"model_type":"roformer","vocab_size":3,"position_encoding":"none"})",
          {"position_encoding", "null", "none"});
  base::write_file_atomically(folder / "a" / "vocab.txt", "x\n");
  base::write_file_atomically(folder / "b" / "vocab.txt", "y\n");
  refused(constant(1), kConfig, {"the words of"});
  expect_error({"one or more"}, [&] { average({}, folder / "out", false); });
  expect_error({"nowhere"}, [&] { average({folder / "nowhere"}, folder / "out", false); });
}

TEST(Average, RemarksInConfigJsonDoNotMatter) {
  const TemporaryFolder folder("average-remarks");
  write_model(folder / "a", constant(1));
  write_model(folder / "b", constant(3),
              R"({"model_type":"roformer","vocab_size":3,"dtype":"float32","_name_or_path":"x",)"
              R"("transformers_version":"9","torch_dtype":"float16"})");
  average({folder / "a", folder / "b"}, folder / "out", false);
  expect_error({"--force"}, [&] { average({folder / "a"}, folder / "out", false); });
  average({folder / "a"}, folder / "out", true);
  const auto mean = format::load_tensors(folder / "out" / "model.safetensors").tensors;
  EXPECT_EQ(mean.at("w").sum().item<float>(), 4.0f);
}

}  // namespace
}  // namespace roformer::convert
