#include "roformer/convert/companion_files.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::convert {
namespace {

namespace fs = std::filesystem;
using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

void write_model(const TemporaryFolder& folder, const char* config_name, const char* config) {
  fs::create_directories(folder / "from" / "1_Pooling");
  base::write_file_atomically(folder / "from" / config_name, config);
  format::save_tensors(folder / "from" / "model.safetensors",
                       {{"x.LayerNorm.bias", torch::ones({1})}});
}

TEST(CompanionFiles, ATargetIsAnotherFolderWithoutACheckpoint) {
  const TemporaryFolder folder("companions-target");
  fs::create_directories(folder / "from");
  prepare_target(folder / "from", folder / "new" / "inner", {}, false);
  EXPECT_TRUE(fs::is_directory(folder / "new" / "inner"));
  expect_error({"another folder"},
               [&] { prepare_target(folder / "from", folder / "from" / ".", {}, true); });
  for (const char* name :
       {"config.json", "model.safetensors", "pytorch_model.bin.index.json",
        "pytorch_model-00001-of-00002.bin", "bert_model.ckpt.index", "report.txt"}) {
    const TemporaryFolder target("companions-there");
    base::write_file_atomically(target / name, "x");
    expect_error({name, "--force"},
                 [&] { prepare_target(folder / "from", target.path(), {"report.txt"}, false); });
    prepare_target(folder / "from", target.path(), {"report.txt"}, true);
  }
  base::write_file_atomically(folder / "file", "x");
  expect_error({"file"}, [&] { prepare_target(folder / "from", folder / "file", {}, false); });
}

TEST(CompanionFiles, ConfigAndTokenizerGoAlongAndOldWeightsGo) {
  const TemporaryFolder folder("companions");
  write_model(folder, "config.json",
              R"({"model_type":"roformer","vocab_size":3,"torch_dtype":"float32","mine":[1]})");
  for (const char* part : {"1_Pooling", "2_Dense", "other"})
    fs::create_directories(folder / "from" / part);
  for (const char* name : {"vocab.txt", "merges.txt", "1_Pooling/config.json", "notes.txt",
                           "2_Dense/weights", "sentence_roberta_config.json", "other/file"})
    base::write_file_atomically(folder / "from" / name, name);
  base::write_file_atomically(folder / "from" / "modules.json",
                              R"([{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"},
                                  {"path": "../other"}, {"path": "/tmp"}])");
  fs::create_directories(folder / "to");
  for (const char* name :
       {"model.safetensors", "pytorch_model.bin", "model-00001-of-00003.safetensors", "other.bin"})
    base::write_file_atomically(folder / "to" / name, "x");
  ConvertOptions options;
  options.dtype = format::Dtype::bf16;
  ConvertReport report;
  report.files = {"model.safetensors"};
  write_companions(folder / "from", folder / "to", options, report);

  const auto config = nlohmann::json::parse(base::read_file(folder / "to" / "config.json"));
  EXPECT_EQ(config.at("dtype"), "bfloat16");
  EXPECT_FALSE(config.contains("torch_dtype"));
  EXPECT_EQ(config.at("mine"), nlohmann::json({1}));
  for (const char* name : {"vocab.txt", "merges.txt", "1_Pooling/config.json", "2_Dense/weights",
                           "sentence_roberta_config.json"})
    EXPECT_EQ(base::read_file(folder / "to" / name), name);
  EXPECT_FALSE(fs::exists(folder / "to" / "notes.txt") || fs::exists(folder / "to" / "other"));
  EXPECT_TRUE(fs::exists(folder / "to" / "model.safetensors"));
  EXPECT_TRUE(fs::exists(folder / "to" / "other.bin"));
  EXPECT_FALSE(fs::exists(folder / "to" / "pytorch_model.bin"));
  EXPECT_FALSE(fs::exists(folder / "to" / "model-00001-of-00003.safetensors"));
  EXPECT_EQ(report.notes.size(), 2u);
  EXPECT_EQ(report.files.size(), 8u);
}

TEST(CompanionFiles, GooglesConfigurationIsCompleted) {
  const TemporaryFolder folder("companions-google");
  write_model(folder, "bert_config.json", R"({"vocab_size":3})");
  fs::create_directories(folder / "to");
  ConvertOptions options;
  options.format = &format::find_tensor_format("tensorflow");
  ConvertReport report;
  write_companions(folder / "from", folder / "to", options, report);
  EXPECT_EQ(report.files, (std::vector<std::string>{"config.json", "bert_config.json"}));
  const auto config = nlohmann::json::parse(base::read_file(folder / "to" / "config.json"));
  EXPECT_EQ(config.at("model_type"), "roformer");
}

TEST(CompanionFiles, WeightsAloneHaveNoConfig) {
  const TemporaryFolder folder("companions-none");
  write_model(folder, "config.json", "{}");
  fs::remove(folder / "from" / "config.json");
  fs::create_directories(folder / "to");
  ConvertReport report;
  write_companions(folder / "from", folder / "to", {}, report);
  EXPECT_TRUE(report.files.empty());
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_NE(report.notes[0].find("no config.json"), std::string::npos);
}

}  // namespace
}  // namespace roformer::convert
