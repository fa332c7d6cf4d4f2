// tests of initial weights: their distributions, that a seed gives them again, and that what two
// models have in common begins alike in both.
#include "roformer/model/initialize.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <map>

#include "roformer/head/language_model.h"
#include "roformer/model/encoder.h"
#include "roformer/model/encoder_decoder.h"
#include "tests/position/variants.h"

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

using Weights = std::map<std::string, Tensor>;

// Parameters and buffers by name; the trunk's without what a family calls it.
Weights weights_of(const torch::nn::Module& module) {
  Weights weights;
  const auto add = [&](const std::string& name, const Tensor& value) {
    const auto dot = name.find('.');
    const bool prefixed = name.starts_with("roformer.") || name.starts_with("bert.");
    weights[prefixed ? name.substr(dot + 1) : name] = value;
  };
  for (const auto& item : module.named_parameters()) add(item.key(), item.value());
  for (const auto& item : module.named_buffers()) add(item.key(), item.value());
  return weights;
}

bool is_drawn(const Tensor& x) {
  return x.numel() > 1 && deviation(x) > 0 && x.flatten()[0].item<double>() != 1;
}

// How many weights, drawn ones, the two have in common by name and shape; all are the same numbers.
std::int64_t expect_alike(const Weights& first, const Weights& second) {
  std::int64_t drawn = 0;
  for (const auto& [name, value] : first) {
    const auto other = second.find(name);
    if (other == second.end() || other->second.sizes() != value.sizes()) continue;
    EXPECT_TRUE(torch::equal(value, other->second)) << name;
    drawn += is_drawn(value) ? 1 : 0;
  }
  return drawn;
}

EncoderConfig shared_config(const position::EncodingSettings& encoding, bool is_decoder = false) {
  EncoderConfig config;
  config.vocab_size = 30;
  config.hidden_size = 16;
  config.embedding_size = 12;
  config.num_attention_heads = 2;
  config.num_hidden_layers = 2;
  config.intermediate_size = 24;
  config.max_position_embeddings = 40;
  config.encoding = encoding;
  config.is_decoder = is_decoder;
  return config;
}

Weights language_weights(const EncoderConfig& config, std::uint64_t seed = 5) {
  torch::manual_seed(seed);
  return weights_of(*head::LanguageModel(config));
}

class InitialWeights : public testing::TestWithParam<position::Variant> {};

// Words, types, the projection behind them, four products a block, the head's one.
TEST_P(InitialWeights, DifferFromRotaryInThePositionsAlone) {
  for (const bool is_decoder : {false, true}) {
    const auto with = language_weights(shared_config(GetParam().settings, is_decoder)),
               rotary = language_weights(shared_config({}, is_decoder));
    EXPECT_EQ(expect_alike(rotary, with), 12) << is_decoder;
    for (const auto& [name, value] : rotary) EXPECT_TRUE(with.contains(name)) << name;
  }
}

TEST_P(InitialWeights, OfTranslationModelsDifferFromRotaryInThePositionsAlone) {
  const auto weights = [](const position::EncodingSettings& encoding) {
    EncoderConfig side = shared_config(encoding);
    side.embedding_size = side.hidden_size;
    side.type_vocab_size = 0;
    torch::manual_seed(5);
    return weights_of(*EncoderDecoder(both_sides(side)));
  };
  const auto with = weights(GetParam().settings), rotary = weights({});
  // The words, four products a block of the encoder, seven a block of the decoder.
  EXPECT_EQ(expect_alike(rotary, with), 23);
  for (const auto& [name, value] : rotary) EXPECT_TRUE(with.contains(name)) << name;
}

// Every weight is drawn, and no two that are drawn have the same numbers.
TEST_P(InitialWeights, EachHasNumbersOfItsOwn) {
  for (const bool is_decoder : {false, true}) {
    const auto weights = language_weights(shared_config(GetParam().settings, is_decoder));
    for (const auto& [name, value] : weights) {
      ASSERT_TRUE(torch::isfinite(value).all().item<bool>()) << name;
      EXPECT_LE(value.abs().max().item<double>(), 1) << name;
      for (const auto& [other_name, other] : weights) {
        if (other_name >= name || !is_drawn(value) || other.sizes() != value.sizes()) continue;
        EXPECT_FALSE(torch::equal(value, other)) << name << " " << other_name;
      }
    }
  }
}

TEST_P(InitialWeights, AnotherSeedGivesOthers) {
  const auto weights = language_weights(shared_config(GetParam().settings), 5),
             again = language_weights(shared_config(GetParam().settings), 5),
             others = language_weights(shared_config(GetParam().settings), 6);
  expect_alike(weights, again);
  for (const auto& [name, value] : weights)
    EXPECT_EQ(torch::equal(value, others.at(name)), !is_drawn(value)) << name;
}

INSTANTIATE_TEST_SUITE_P(Model, InitialWeights, testing::ValuesIn(position::all_variants()),
                         [](const auto& info) { return info.param.label; });

// With and without RoPE, and whichever the map: the paper's Figure 3, right.
TEST(Initialize, PerformersDifferInThePositionsAlone) {
  const auto weights = [](const std::string& encoding, const std::string& map) {
    EncoderConfig config = shared_config({}, /*is_decoder=*/true);
    config.encoding.name = encoding;
    config.attention_probs_dropout_prob = 0;
    config.attention = "linear";
    config.linear.feature_map = map;
    config.linear.num_features = 6;
    return language_weights(config);
  };
  const auto favor = weights("rotary", "favor");
  const char* features = "encoder.layer.1.attention.self.feature_map.projection";
  EXPECT_TRUE(favor.contains(features));
  for (const char* encoding : {"none", "sinusoidal", "learned"}) {
    EXPECT_EQ(expect_alike(favor, weights(encoding, "favor")), 14) << encoding;
    EXPECT_EQ(expect_alike(favor, weights(encoding, "relu")), 14) << encoding;
    EXPECT_EQ(expect_alike(favor, weights(encoding, "elu")), 12) << encoding;
  }
  EXPECT_EQ(expect_alike(favor, language_weights(shared_config({}))), 12);  // softmax
  EXPECT_FALSE(torch::equal(favor.at(features),
                            favor.at("encoder.layer.0.attention.self.feature_map.projection")));
}

TEST(Initialize, APoolerAndAFamilyChangeNoOtherWeight) {
  EncoderConfig config = shared_config({});
  config.embedding_size = config.hidden_size;
  const auto plain = language_weights(config);
  config.model_type = "bert";
  config.encoding.name = "learned";
  EXPECT_EQ(expect_alike(plain, language_weights(config)), 11);
  torch::manual_seed(5);
  const auto pooled = weights_of(*head::LanguageModel(config, HeadConfig{}, /*pooled=*/true));
  EXPECT_EQ(expect_alike(plain, pooled), 11);
  EXPECT_TRUE(is_drawn(pooled.at("pooler.dense.weight")));
}

// The greatest distance of the distribution of x from N(0, deviation²) (Kolmogorov and Smirnov),
// times √n: above 2 once in 1,500 draws.
double distance_from_normal(const Tensor& x, double deviation) {
  const Tensor sorted = std::get<0>(x.flatten().to(torch::kFloat64).sort());
  const auto count = static_cast<double>(sorted.numel());
  const Tensor expected = 0.5 * (1 + torch::erf(sorted / (deviation * std::sqrt(2.0))));
  const Tensor found = (torch::arange(sorted.numel(), torch::kFloat64) + 0.5) / count;
  return (expected - found).abs().max().item<double>() * std::sqrt(count);
}

double correlation(const Tensor& x, const Tensor& y) {
  const Tensor a = x.flatten().to(torch::kFloat64), b = y.flatten().to(torch::kFloat64);
  return ((a - a.mean()) * (b - b.mean())).mean().item<double>() / (deviation(x) * deviation(y));
}

TEST(Initialize, NumbersAreNormalAndUncorrelatedBetweenNames) {
  torch::manual_seed(9);
  EncoderConfig config = drawn_config();
  config.encoding.name = "deberta";
  const Encoder model(config);
  std::vector<Tensor> large;
  for (const auto& item : model->named_parameters()) {
    if (item.value().numel() < 10'000) continue;
    EXPECT_LE(distance_from_normal(item.value(), 0.02), 2) << item.key();
    large.push_back(item.value());
  }
  EXPECT_GE(large.size(), 20u);
  for (std::size_t i = 0; i < large.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::int64_t count = std::min(large[i].numel(), large[j].numel());
      const double found = correlation(large[i].flatten().narrow(0, 0, count),
                                       large[j].flatten().narrow(0, 0, count));
      EXPECT_LE(std::abs(found) * std::sqrt(static_cast<double>(count)), 4.5) << i << " " << j;
    }
  }
}

TEST(Initialize, ASeedGivesTheSameModelAgainWithAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  Weights first;
  for (const int count : {1, 2, 3}) {
    at::set_num_threads(count);
    for (const char* norm : {"layer_norm", "rms_norm"}) {
      EncoderConfig config = drawn_config();
      config.norm_type = norm;
      for (const auto& [name, value] : language_weights(config)) {
        const auto [place, fresh] = first.emplace(norm + name, value);
        if (!fresh) {
          EXPECT_TRUE(torch::equal(place->second, value)) << norm << name;
        }
      }
    }
  }
  at::set_num_threads(threads);
}

// Two models of one stream of seeds are not the same.
TEST(Initialize, EachModelTakesASeedOfItsOwn) {
  torch::manual_seed(4);
  const Encoder first(drawn_config()), second(drawn_config());
  EXPECT_NE(first->weights_seed(), second->weights_seed());
  EXPECT_FALSE(torch::equal(first->word_embeddings(), second->word_embeddings()));
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
