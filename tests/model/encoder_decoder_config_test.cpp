#include "roformer/model/encoder_decoder_config.h"

#include <gtest/gtest.h>

#include <functional>

#include "roformer/base/error.h"

namespace roformer::model {
namespace {

EncoderDecoderConfig whole_config() {
  return both_sides(translation_preset("transformer-tiny"));
}

// Vaswani et al. 2017, table 3, "base".
TEST(EncoderDecoderConfig, TheBaseIsThePapers) {
  const EncoderConfig side = translation_preset("transformer-base");
  EXPECT_EQ(side.num_hidden_layers, 6);
  EXPECT_EQ(side.hidden_size, 512);
  EXPECT_EQ(side.intermediate_size, 2048);
  EXPECT_EQ(side.num_attention_heads, 8);
  EXPECT_EQ(side.hidden_dropout_prob, 0.1);
  EXPECT_EQ(side.hidden_act, "relu");
  EXPECT_EQ(side.encoding.name, "sinusoidal");
  try {
    translation_preset("transformer-huge");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("transformer-base, transformer-small"),
              std::string::npos)
        << error.what();
  }
}

TEST(EncoderDecoderConfig, TheDecoderLooksBackAndAtTheEncoder) {
  const EncoderDecoderConfig config = both_sides(translation_preset("transformer-tiny"), 5);
  EXPECT_NO_THROW(validate(config));
  EXPECT_FALSE(config.encoder.is_decoder || config.encoder.add_cross_attention);
  EXPECT_TRUE(config.decoder.is_decoder && config.decoder.add_cross_attention);
  EXPECT_EQ(config.encoder.num_hidden_layers, 3);
  EXPECT_EQ(config.decoder.num_hidden_layers, 5);
  EXPECT_EQ(whole_config().decoder.num_hidden_layers, 3);
}

TEST(EncoderDecoderConfig, RefusesSidesThatDoNotFit) {
  const auto refused = [](const std::function<void(EncoderDecoderConfig&)>& change,
                          const char* key) {
    EncoderDecoderConfig config = whole_config();
    change(config);
    try {
      validate(config);
      FAIL() << key;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
    }
  };
  refused([](auto& c) { c.encoder.is_decoder = true; }, "is_decoder");
  refused([](auto& c) { c.decoder.add_cross_attention = false; }, "add_cross_attention");
  refused([](auto& c) { c.decoder.vocab_size += 1; }, "vocab_size");
  refused([](auto& c) { c.decoder.pad_token_id = 1; }, "pad_token_id");
  refused([](auto& c) { c.decoder.hidden_size = c.decoder.embedding_size = 512; }, "hidden_size");
  refused([](auto& c) { c.encoder.embedding_size = 128; }, "embedding_size");
  refused([](auto& c) { c.eos_token_id = c.encoder.vocab_size; }, "eos_token_id");
  refused([](auto& c) { c.decoder_start_token_id = -1; }, "decoder_start_token_id");
  refused([](auto& c) { c.encoder.hidden_act = "mish"; }, "hidden_act");
}

}  // namespace
}  // namespace roformer::model
