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

EncoderDecoderConfig tiny() {
  return both_sides(translation_preset("transformer-tiny"));
}

TEST(EncoderDecoderConfig, PresetsAreVaswanis) {
  const auto base = translation_preset("transformer-base");
  EXPECT_EQ(base.hidden_size, 512);
  EXPECT_EQ(base.num_hidden_layers, 6);
  EXPECT_EQ(base.num_attention_heads, 8);
  EXPECT_EQ(base.intermediate_size, 2048);
  EXPECT_EQ(base.hidden_act, "relu");
  EXPECT_EQ(base.type_vocab_size, 0);
  EXPECT_TRUE(base.encoding.sinusoid_halves && base.scale_embeddings);
  EXPECT_TRUE(tests::has_text(tests::error_message([] { translation_preset("bart"); }),
                              "transformer-small"));
}

TEST(EncoderDecoderConfig, BothSidesAreOneShape) {
  const auto config = both_sides(translation_preset("transformer-base"), 2);
  EXPECT_NO_THROW(validate(config));
  EXPECT_EQ(config.encoder.num_hidden_layers, 6);
  EXPECT_EQ(config.decoder.num_hidden_layers, 2);
  EXPECT_TRUE(config.decoder.is_decoder && config.decoder.add_cross_attention);
  EXPECT_FALSE(config.encoder.is_decoder);
  EXPECT_EQ(tiny().decoder.num_hidden_layers, tiny().encoder.num_hidden_layers);
}

TEST(EncoderDecoderConfig, WhatDoesNotFitIsNamed) {
  using Change = std::function<void(EncoderDecoderConfig&)>;
  const std::pair<const char*, Change> cases[] = {
      {"vocab_size", [](auto& c) { c.decoder.vocab_size += 1; }},
      {"hidden_size",
       [](auto& c) {
         c.decoder.hidden_size = c.decoder.embedding_size = 2 * c.encoder.hidden_size;
       }},
      {"pad_token_id", [](auto& c) { c.decoder.pad_token_id = 1; }},
      {"embedding_size and hidden_size", [](auto& c) { c.encoder.embedding_size = 8; }},
      {"add_cross_attention", [](auto& c) { c.decoder.add_cross_attention = false; }},
      {"is_decoder", [](auto& c) { c.encoder.is_decoder = true; }},
      {"eos_token_id", [](auto& c) { c.eos_token_id = c.encoder.vocab_size; }},
      {"decoder_start_token_id", [](auto& c) { c.decoder_start_token_id = -1; }},
      {"hidden_act", [](auto& c) { c.decoder.hidden_act = "mish"; }}};
  for (const auto& [key, change] : cases) {
    auto config = tiny();
    change(config);
    const auto message = tests::error_message([&] { validate(config); });
    EXPECT_TRUE(tests::has_text(message, key)) << key << ": " << message;
  }
}

TEST(HeadConfig, DefaultsAreValid) {
  EXPECT_NO_THROW(validate(HeadConfig()));
}

TEST(HeadConfig, WhatIsWrongIsNamed) {
  const std::pair<const char*, std::function<void(HeadConfig&)>> cases[] = {
      {"num_labels", [](HeadConfig& h) { h.num_labels = 0; }},
      {"problem_type", [](HeadConfig& h) { h.problem_type = "ranking"; }},
      {"classifier_dropout", [](HeadConfig& h) { h.classifier_dropout = 1.0; }},
      {"pooler_activation", [](HeadConfig& h) { h.pooler_activation = "gelu"; }},
      {"summary_type", [](HeadConfig& h) { h.summary.type = "attn"; }},
      {"hidden_act", [](HeadConfig& h) { h.summary.activation = "swishy"; }},
      {"summary_first_dropout", [](HeadConfig& h) { h.summary.first_dropout = -0.1; }},
      {"summary_last_dropout", [](HeadConfig& h) { h.summary.last_dropout = 1; }}};
  for (const auto& [key, change] : cases) {
    HeadConfig head;
    change(head);
    const auto message = tests::error_message([&] { validate(head); });
    EXPECT_TRUE(tests::has_text(message, key)) << key << ": " << message;
  }
  HeadConfig head;
  head.problem_type = "multi_label_classification";
  head.classifier_dropout = 0.0;
  head.summary.activation = "gelu_new";
  EXPECT_NO_THROW(validate(head));
}

TEST(HeadConfig, EachKeyOnce) {
  const HeadConfig head;
  std::vector<std::string> keys;
  for_each_option(head, [&](const base::Option& option, const auto&) {
    EXPECT_NE(std::string(option.about), "") << option.key;
    keys.emplace_back(option.key);
  });
  EXPECT_EQ(keys,
            (std::vector<std::string>{"problem_type", "classifier_dropout", "pooler_activation",
                                      "summary_type", "summary_use_proj", "summary_activation",
                                      "summary_first_dropout", "summary_last_dropout"}));
}

}  // namespace
}  // namespace roformer::model
