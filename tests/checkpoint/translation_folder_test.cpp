#include "roformer/checkpoint/translation_folder.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

#include "roformer/format/safetensors.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::checkpoint {
namespace {

model::EncoderDecoder small_translator() {
  model::EncoderConfig side = model::translation_preset("transformer-tiny");
  side.vocab_size = 20;
  side.pad_token_id = 19;
  side.hidden_size = side.embedding_size = 8;
  side.num_attention_heads = 2;
  side.num_hidden_layers = 2;
  side.intermediate_size = 12;
  auto config = model::both_sides(side, 1);
  config.decoder_start_token_id = 19;
  torch::manual_seed(4);
  return model::EncoderDecoder(config);
}

torch::Tensor words_of(const torch::nn::Module& module) {
  return module.named_parameters()["shared.weight"];
}

TEST(TranslationFolder, LoadsWhatItSaved) {
  const TemporaryFolder folder("translation");
  const auto saved = small_translator();
  saved->named_buffers()["final_logits_bias"].fill_(0.5);
  save_translation_model(*saved, {}, folder.path());
  const auto tensors = format::load_tensors(folder / "model.safetensors").tensors;
  EXPECT_TRUE(tensors.contains("model.decoder.layers.0.encoder_attn.k_proj.weight"));
  EXPECT_FALSE(tensors.contains("lm_head.weight"));

  const auto loaded = load_translation_model(folder.path());
  EXPECT_TRUE(loaded.unused.empty());
  EXPECT_FALSE(loaded.module->is_training());
  EXPECT_EQ(loaded.config.model.decoder.num_hidden_layers, 1);
  const auto parameters = loaded.module->named_parameters();
  for (const auto& item : saved->named_parameters())
    EXPECT_TRUE(torch::equal(item.value(), parameters[item.key()])) << item.key();
  EXPECT_EQ(loaded.module->output_bias().sum().item<float>(), 10.0f);
}

TEST(TranslationFolder, TheWordsMayStandUnderAnyOfTheirNames) {
  const TemporaryFolder folder("translation-words");
  const auto saved = small_translator();
  save_translation_model(*saved, {}, folder.path());
  const auto good = format::load_tensors(folder / "model.safetensors").tensors;
  for (const char* name : {"model.encoder.embed_tokens.weight", "lm_head.weight"}) {
    auto tensors = good;
    tensors[name] = tensors.at("model.shared.weight");
    tensors.erase("model.shared.weight");
    tensors.erase("final_logits_bias");  // zero where the file has none
    tensors["model.encoder.embed_positions.weight"] = torch::zeros({3, 8});
    tensors["stray"] = torch::zeros({1});
    format::save_tensors(folder / "model.safetensors", tensors);
    const auto loaded = load_translation_model(folder.path());
    EXPECT_TRUE(torch::equal(words_of(*loaded.module), words_of(*saved))) << name;
    EXPECT_EQ(loaded.module->output_bias().abs().sum().item<float>(), 0.0f);
    EXPECT_EQ(loaded.unused, std::vector<std::string>{"stray"});
  }
}

TEST(TranslationFolder, NamesWhatDoesNotFit) {
  const TemporaryFolder folder("translation-misfit");
  save_translation_model(*small_translator(), {}, folder.path());
  const auto good = format::load_tensors(folder / "model.safetensors").tensors;
  const auto refused = [&](const char* name, const torch::Tensor& tensor,
                           std::initializer_list<const char*> words) {
    auto tensors = good;
    tensors.erase(name);
    if (tensor.defined()) tensors[name] = tensor;
    format::save_tensors(folder / "model.safetensors", tensors);
    expect_error(words, [&] { load_translation_model(folder.path()); });
  };
  refused("model.shared.weight", {}, {"model.safetensors", "'model.shared.weight'"});
  refused("model.decoder.layers.0.fc2.bias", {}, {"'model.decoder.layers.0.fc2.bias'"});
  refused("model.encoder.layers.1.self_attn.v_proj.weight", torch::zeros({8, 9}),
          {"v_proj.weight'", "(8, 8)", "(8, 9)"});
  auto module = small_translator();
  const torch::Tensor before = words_of(*module).clone();
  expect_error({"v_proj"}, [&] { load_translation_weights(*module, open_weights(folder.path())); });
  EXPECT_TRUE(torch::equal(words_of(*module), before));
}

}  // namespace
}  // namespace roformer::checkpoint
