#include "roformer/model/config.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/base/test_files.h"

namespace roformer::model {
namespace {

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

}  // namespace
}  // namespace roformer::model
