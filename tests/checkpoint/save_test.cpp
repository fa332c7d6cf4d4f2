#include "roformer/checkpoint/save.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/nn/module.h>

#include <csignal>

#include "roformer/base/file.h"
#include "roformer/base/version.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/head/language_model.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::checkpoint {
namespace {

model::EncoderConfig tiny_config() {
  model::EncoderConfig config;
  config.encoding.name = "rotary";
  config.vocab_size = 19;
  config.hidden_size = config.embedding_size = 16;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.intermediate_size = 24;
  return config;
}

TEST(Save, CutsFusedWeightsAlongTheirRows) {
  torch::nn::Module module;
  const torch::Tensor qkv = torch::arange(12, torch::kFloat).view({6, 2});
  module.register_parameter("qkv", qkv.clone());
  module.register_buffer("scalar", torch::tensor(3.0f));
  const auto tensors = weights_by_name(module, [](const std::string& name) {
    return name == "qkv" ? std::vector<std::string>{"q", "k", "v"} : std::vector<std::string>{name};
  });
  ASSERT_EQ(tensors.size(), 4u);
  EXPECT_TRUE(torch::equal(tensors.at("k"), qkv.narrow(0, 2, 2)));
  EXPECT_TRUE(torch::equal(tensors.at("v"), qkv.narrow(0, 4, 2)));
  EXPECT_FALSE(tensors.at("q").requires_grad());
  EXPECT_EQ(tensors.at("scalar").item<float>(), 3.0f);
}

// transformers looks for the bias of an untied decoder beside its weight.
TEST(Save, AnUntiedDecodersBiasStandsUnderBothNames) {
  auto config = tiny_config();
  const auto tied = weights_by_file_name(*head::LanguageModel(config));
  EXPECT_TRUE(tied.contains("cls.predictions.bias"));
  EXPECT_FALSE(tied.contains("cls.predictions.decoder.bias"));
  config.tie_word_embeddings = false;
  const auto untied = weights_by_file_name(*head::LanguageModel(config));
  EXPECT_TRUE(
      torch::equal(untied.at("cls.predictions.bias"), untied.at("cls.predictions.decoder.bias")));
  EXPECT_EQ(untied.at("cls.predictions.decoder.weight").sizes(), (torch::IntArrayRef{19, 16}));
}

TEST(Save, ALanguageModelKnowsItsClass) {
  const TemporaryFolder folder("named");
  auto config = tiny_config();
  const auto saved_as = [&] {
    save_model(*head::LanguageModel(config), folder.path());
    return Folder(folder.path()).config().architecture;
  };
  EXPECT_EQ(saved_as(), "RoFormerForMaskedLM");
  config.is_decoder = true;
  EXPECT_EQ(saved_as(), "RoFormerForCausalLM");
  config.model_type = "bert";
  EXPECT_EQ(saved_as(), "BertLMHeadModel");
}

TEST(Save, SaysWhichReleaseWroteIt) {
  const TemporaryFolder folder("signed");
  const auto config = tiny_config();
  const std::string source = R"({"model_type":"roformer","transformers_version":"9","more":1})";
  save_model(*model::Encoder(config), {config, {}, "RoFormerModel", source}, folder.path());
  const std::string text = base::read_file(folder / "config.json");
  EXPECT_NE(text.find(R"("roformer_version": ")" + std::string(base::kVersion)), text.npos);
  EXPECT_NE(text.find(R"("more": 1)"), text.npos);
  EXPECT_EQ(text.find("transformers_version"), text.npos);
}

TEST(Save, AFullDiskLeavesBothOldFiles) {
  const TemporaryFolder folder("full-checkpoint");
  const auto config = tiny_config();
  save_model(*model::Encoder(config), {config, {}, "RoFormerModel", {}}, folder.path());
  const std::string weights = base::read_file(folder / "model.safetensors");
  const std::string text = base::read_file(folder / "config.json");

  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  auto other = config;
  other.hidden_act = "relu";
  for (const rlim_t limit : {rlim_t{100}, rlim_t{4096}}) {
    const rlimit small{limit, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    expect_error({"cannot write"}, [&] {
      save_model(*model::Encoder(other), {other, {}, "RoFormerModel", {}}, folder.path());
    });
    ::setrlimit(RLIMIT_FSIZE, &before);
  }
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(base::read_file(folder / "model.safetensors"), weights);
  EXPECT_EQ(base::read_file(folder / "config.json"), text);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

TEST(Save, NamesAFolderThatCannotBeMade) {
  const TemporaryFolder folder("unmade");
  base::write_file_atomically(folder / "file", "x");
  expect_error({"file"}, [&] {
    save_model(*model::Encoder(tiny_config()), {tiny_config(), {}, "RoFormerModel", {}},
               folder / "file" / "inner");
  });
}

}  // namespace
}  // namespace roformer::checkpoint
