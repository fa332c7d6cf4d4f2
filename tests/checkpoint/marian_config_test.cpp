#include "roformer/checkpoint/marian_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/checkpoint/expect_error.h"

namespace roformer::checkpoint {
namespace {

using nlohmann::json;

TranslationConfig parse(const json& object) {
  return parse_translation_config(object.dump(), "config.json");
}

// transformers' MarianConfig().
TEST(MarianConfig, DefaultsAreThoseOfTransformers) {
  const auto config = parse({{"model_type", "marian"}}).model;
  EXPECT_EQ(config.encoder.vocab_size, 58101);
  EXPECT_EQ(config.encoder.hidden_size, 1024);
  EXPECT_EQ(config.encoder.embedding_size, 1024);
  EXPECT_EQ(config.encoder.hidden_act, "gelu");
  EXPECT_EQ(config.encoder.pad_token_id, 58100);
  EXPECT_EQ(config.decoder_start_token_id, 58100);
  EXPECT_EQ(config.eos_token_id, 0);
  for (const auto& side : {config.encoder, config.decoder}) {
    EXPECT_EQ(side.num_hidden_layers, 12);
    EXPECT_EQ(side.num_attention_heads, 16);
    EXPECT_EQ(side.intermediate_size, 4096);
  }
}

TEST(MarianConfig, EachSideHasItsOwnSizes) {
  const json object = {{"model_type", "marian"},       {"d_model", 64},
                       {"encoder_layers", 3},          {"decoder_layers", 1},
                       {"encoder_attention_heads", 4}, {"decoder_attention_heads", 8},
                       {"encoder_ffn_dim", 100},       {"decoder_ffn_dim", 200},
                       {"scale_embedding", true},      {"dropout", 0.25}};
  const auto config = parse(object);
  EXPECT_EQ(config.model.encoder.num_hidden_layers, 3);
  EXPECT_EQ(config.model.decoder.num_hidden_layers, 1);
  EXPECT_EQ(config.model.encoder.num_attention_heads, 4);
  EXPECT_EQ(config.model.decoder.num_attention_heads, 8);
  EXPECT_EQ(config.model.encoder.intermediate_size, 100);
  EXPECT_EQ(config.model.decoder.intermediate_size, 200);
  EXPECT_TRUE(config.model.decoder.scale_embeddings);
  EXPECT_EQ(config.model.decoder.hidden_dropout_prob, 0.25);
  const json written = json::parse(format_translation_config(config));
  for (const auto& [key, value] : object.items()) EXPECT_EQ(written.at(key), value) << key;
  EXPECT_EQ(written.at("architectures"), (json{"MarianMTModel"}));
  EXPECT_EQ(written.at("decoder_vocab_size"), 58101);
  EXPECT_FALSE(written.contains("layer_norm_eps"));
}

// What transformers would compute otherwise has a type of its own.
TEST(MarianConfig, OtherPositionsAreOurs) {
  auto config = parse({{"model_type", "marian"}});
  config.model.encoder.encoding.name = config.model.decoder.encoding.name = "shaw";
  config.model.encoder.encoding.shaw_clip = config.model.decoder.encoding.shaw_clip = 5;
  config.model.encoder.layer_norm_eps = config.model.decoder.layer_norm_eps = 1e-6;
  const json written = json::parse(format_translation_config(config));
  EXPECT_EQ(written.at("model_type"), "roformer_translation");
  EXPECT_EQ(written.at("position_encoding"), "shaw");
  EXPECT_EQ(written.at("layer_norm_eps"), 1e-6);
  const auto again = parse(written).model;
  EXPECT_EQ(again.encoder.encoding.name, "shaw");
  EXPECT_EQ(again.decoder.encoding.shaw_clip, 5);
  EXPECT_EQ(again.encoder.layer_norm_eps, 1e-6);
}

TEST(MarianConfig, RefusesWhatItDoesNotCompute) {
  const auto refused = [](std::initializer_list<const char*> words, json changes) {
    changes.emplace("model_type", "marian");
    expect_error(words, [&] { parse(changes); });
  };
  refused({"config.json", "normalize_before"}, {{"normalize_before", true}});
  refused({"share_encoder_decoder_embeddings"}, {{"share_encoder_decoder_embeddings", false}});
  refused({"tie_word_embeddings"}, {{"tie_word_embeddings", false}});
  refused({"decoder_vocab_size", "58101", "9"}, {{"decoder_vocab_size", 9}});
  refused({"config.json", "num_attention_heads"}, {{"encoder_attention_heads", 7}});
  refused({"d_model", "whole number"}, {{"d_model", "wide"}});
  refused({"eos_token_id"}, {{"eos_token_id", 58101}});
  expect_error({"model_type", "t5"}, [] { parse({{"model_type", "t5"}}); });
}

}  // namespace
}  // namespace roformer::checkpoint
