// tests of initial weights: their distributions, and that a seed gives them again.
#include "roformer/model/initialize.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/head/language_model.h"
#include "roformer/model/encoder.h"
#include "roformer/model/encoder_decoder.h"

namespace roformer::model {
namespace {

using torch::Tensor;

EncoderConfig drawn_config() {
  EncoderConfig config = preset("roformer-tiny");
  config.vocab_size = 400;
  return config;
}

double deviation(const Tensor& x) {
  return x.to(torch::kFloat64).std().item<double>();
}

// N(0, 0.02²), biases 0, norms 1 and 0, and no vector for [PAD]: transformers' _init_weights.
TEST(Initialize, IsHuggingFaces) {
  torch::manual_seed(3);
  const EncoderConfig config = drawn_config();
  const Encoder model(config);
  std::int64_t products = 0;
  for (const auto& item : model->named_parameters()) {
    const std::string& name = item.key();
    const Tensor& x = item.value();
    if (name.ends_with("bias")) {
      EXPECT_EQ(x.abs().max().item<double>(), 0) << name;
    } else if (name.find("LayerNorm") != std::string::npos) {
      EXPECT_TRUE(torch::equal(x, torch::ones_like(x))) << name;
    } else if (x.numel() > 10'000) {
      ++products;
      EXPECT_NEAR(deviation(x), 0.02, 0.0006) << name;  // standard error 0.0001 of 10,000 draws
      EXPECT_NEAR(x.mean().item<double>(), 0, 0.001) << name;
    }
  }
  EXPECT_GE(products, 4);
  EXPECT_EQ(model->word_embeddings()[config.pad_token_id].abs().max().item<double>(), 0);
}

TEST(Initialize, ASeedGivesTheSameModelAgain) {
  std::vector<Tensor> first;
  for (const std::uint64_t seed : {7, 7, 8}) {
    torch::manual_seed(seed);
    const auto parameters = Encoder(drawn_config())->parameters();
    if (first.empty()) first = parameters;
    ASSERT_EQ(parameters.size(), first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (deviation(first[i]) > 0) {
        EXPECT_EQ(torch::equal(parameters[i], first[i]), seed == 7) << i;
      }
    }
  }
}

// bert4keras' initialiser of RoFormerV2: a normal cut off at two deviations, then scaled so that the
// deviation is sqrt(1 / (fan · layers)).
TEST(Initialize, RoFormerV2sIsCutOff) {
  torch::manual_seed(5);
  EncoderConfig config = drawn_config();
  config.norm_type = "rms_norm";
  const Encoder model(config);
  const Tensor weight =
      model->named_parameters()["encoder.layer.0.intermediate.dense.weight"];  // fan: its columns
  const double expected =
      1 / std::sqrt(static_cast<double>(config.hidden_size * config.num_hidden_layers));
  EXPECT_NEAR(deviation(weight), expected, 0.02 * expected);
  EXPECT_LE(weight.abs().max().item<double>(), 2 * 1.13684723 * expected * 1.0001);
  EXPECT_GE(weight.abs().max().item<double>(), 1.9 * 1.13684723 * expected);
}

TEST(SecondVersion, InitialWeightsAreCutOffNormals) {
  EncoderConfig config;
  config.norm_type = "rms_norm";
  config.use_bias = false;
  config.hidden_size = config.embedding_size = 96;
  config.intermediate_size = 384;
  config.vocab_size = 12000;
  config.num_hidden_layers = 4;
  config.num_attention_heads = 3;
  config.max_position_embeddings = 200;
  config.is_decoder = true;
  torch::manual_seed(1);
  const head::LanguageModel model(config);
  const auto parameters = model->named_parameters();
  for (const auto& item : parameters) EXPECT_EQ(item.key().find("bias"), item.key().npos);
  const auto deviation_of = [&](const std::string& name) {
    return parameters["roformer." + name].std().item<double>();
  };
  // sqrt(1 / (fan × layers)); fan is 96 but for the feed-forward's second product.
  const double expected = 1 / std::sqrt(96.0 * 4);
  EXPECT_NEAR(deviation_of("embeddings.word_embeddings.weight"), expected, 0.01 * expected);
  EXPECT_NEAR(deviation_of("encoder.layer.1.attention.self.qkv.weight"), expected, 0.02 * expected);
  EXPECT_NEAR(deviation_of("encoder.layer.0.output.dense.weight"), expected / 2, 0.02 * expected);
  const Tensor weight = parameters["roformer.encoder.layer.0.intermediate.dense.weight"];
  EXPECT_LE(weight.abs().max().item<double>(), 2 * 1.13684723 * expected * 1.0001);
}

// fairseq: Glorot's uniform, √½ of it for queries, keys and values; words N(0, 1 / hidden).
TEST(Initialize, TranslationIsFairseqs) {
  torch::manual_seed(6);
  EncoderConfig side = translation_preset("transformer-tiny");
  side.vocab_size = 300;
  const EncoderDecoder model(both_sides(side));
  const auto parameters = model->named_parameters();
  const auto expect_uniform = [&](const std::string& name, double in, double out, double gain) {
    const double most = gain * std::sqrt(6 / (in + out));
    const Tensor& x = parameters[name];
    EXPECT_LE(x.abs().max().item<double>(), most * 1.0001) << name;
    EXPECT_NEAR(deviation(x), most / std::sqrt(3.0), 0.01 * most) << name;
  };
  const double size = 256, root = std::sqrt(0.5);
  expect_uniform("encoder.encoder.layer.0.attention.self.qkv.weight", size, size, root);
  expect_uniform("decoder.encoder.layer.1.crossattention.self.kv.weight", size, size, root);
  expect_uniform("decoder.encoder.layer.1.crossattention.self.query.weight", size, size, root);
  expect_uniform("decoder.encoder.layer.2.attention.output.dense.weight", size, size, 1);
  expect_uniform("encoder.encoder.layer.0.intermediate.dense.weight", size, 1024, 1);
  const Tensor& words = parameters["shared.weight"];
  EXPECT_NEAR(deviation(words), 1 / 16.0, 0.001);
  EXPECT_EQ(words[side.pad_token_id].abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace roformer::model
