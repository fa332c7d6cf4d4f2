#include "roformer/model/config.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/base/test_files.h"

namespace roformer::model {
namespace {

TEST(EncoderConfig, DefaultsAndPresetsAreValid) {
  EXPECT_NO_THROW(validate(EncoderConfig()));
  for (const char* name :
       {"roformer-base", "roformer-small", "roformer-tiny", "bert-base", "bert-small", "bert-tiny"})
    EXPECT_NO_THROW(validate(preset(name))) << name;
  // bert-base-uncased's shape.
  const auto base = preset("bert-base");
  EXPECT_EQ(base.hidden_size, 768);
  EXPECT_EQ(base.num_hidden_layers, 12);
  EXPECT_EQ(base.intermediate_size, 3072);
  EXPECT_EQ(base.vocab_size, 30522);
  EXPECT_EQ(base.encoding.name, "learned");
  EXPECT_EQ(preset("roformer-base").encoding.name, "rotary");
  EXPECT_TRUE(tests::has_text(tests::error_message([] { preset("gpt-2"); }), "roformer-tiny"));
}

TEST(EncoderConfig, WhatIsWrongIsNamed) {
  using Change = std::function<void(EncoderConfig&)>;
  const std::pair<const char*, Change> cases[] = {
      {"model_type", [](auto& c) { c.model_type = "gpt2"; }},
      {"vocab_size >= 1 but got 0", [](auto& c) { c.vocab_size = 0; }},
      {"hidden_size", [](auto& c) { c.hidden_size = -8; }},
      {"embedding_size", [](auto& c) { c.embedding_size = 0; }},
      {"num_hidden_layers", [](auto& c) { c.num_hidden_layers = -1; }},
      {"num_attention_heads", [](auto& c) { c.num_attention_heads = 0; }},
      {"multiple of num_attention_heads but got 768 and 7",
       [](auto& c) { c.num_attention_heads = 7; }},
      {"intermediate_size", [](auto& c) { c.intermediate_size = 0; }},
      {"hidden_act", [](auto& c) { c.hidden_act = "mish"; }},
      {"hidden_dropout_prob in [0, 1) but got 1", [](auto& c) { c.hidden_dropout_prob = 1; }},
      {"attention_probs_dropout_prob", [](auto& c) { c.attention_probs_dropout_prob = -0.5; }},
      {"type_vocab_size", [](auto& c) { c.type_vocab_size = -1; }},
      {"layer_norm_eps > 0", [](auto& c) { c.layer_norm_eps = 0; }},
      {"pad_token_id in 0 .. 49999 but got 50000", [](auto& c) { c.pad_token_id = 50000; }},
      {"norm_type", [](auto& c) { c.norm_type = "batch_norm"; }},
      {"attention", [](auto& c) { c.attention = "quadratic"; }},
      {"position_encoding", [](auto& c) { c.encoding.name = "spiral"; }},
      {"embedding_size = hidden_size in a BERT",
       [](auto& c) { c.model_type = "bert", c.embedding_size = 128; }},
      {"is_decoder", [](auto& c) { c.add_cross_attention = true; }},
      {"head size 21", [](auto& c) { c.hidden_size = 63, c.num_attention_heads = 3; }},
      {"head size 64 but got 70", [](auto& c) { c.encoding.rotary_dim = 70; }}};
  for (const auto& [words, change] : cases) {
    EncoderConfig config;
    change(config);
    const auto message = tests::error_message([&] { validate(config); });
    EXPECT_TRUE(tests::has_text(message, words)) << words << ": " << message;
  }
}

TEST(EncoderConfig, NoTokenTypesIsAModel) {
  EncoderConfig config;
  config.type_vocab_size = 0;
  EXPECT_NO_THROW(validate(config));
}

TEST(EncoderConfig, SequencesEndWhereATableDoes) {
  EncoderConfig config;
  config.max_position_embeddings = 64;
  EXPECT_EQ(config.longest_sequence(), std::nullopt);
  for (const char* name : {"learned", "huang", "tupe"}) {
    config.encoding.name = name;
    EXPECT_EQ(config.longest_sequence(), 64) << name;
  }
}

TEST(EncoderConfig, FeaturesTurnInLinearAttentionAlone) {
  EncoderConfig config;
  EXPECT_EQ(config.turning_features(), 0);
  config.attention = "linear";
  EXPECT_EQ(config.turning_features(), 64);  // elu: as many as a head has numbers
  config.linear.feature_map = "favor";
  config.linear.num_features = 10;
  EXPECT_EQ(config.turning_features(), 10);
  config.linear.rotation = "inputs";
  EXPECT_EQ(config.turning_features(), 0);
}

TEST(EncoderConfig, EveryEntryHasAKeyOfItsOwn) {
  const EncoderConfig config;
  std::set<std::string> keys, marian;
  std::size_t entries = 0, marians = 0;
  for_each_option(config, [&](const EncoderOption& option, const auto&) {
    ++entries;
    keys.insert(option.key);
    EXPECT_NE(std::string(option.about), "") << option.key;
    if (*option.marian == '\0') return;
    ++marians;
    marian.insert(option.marian);
  });
  EXPECT_EQ(keys.size(), entries);
  EXPECT_EQ(marian.size(), marians);
  EXPECT_EQ(entries, 23u);
}

}  // namespace
}  // namespace roformer::model
