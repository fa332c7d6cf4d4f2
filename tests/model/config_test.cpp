#include "roformer/model/config.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::model {
namespace {

TEST(Config, RefusesWhatDoesNotFit) {
  EXPECT_NO_THROW(validate(preset("roformer-tiny")));
  EXPECT_NO_THROW(validate(preset("bert-base")));
  EXPECT_THROW(preset("roformer-huge"), Error);
  const auto refused = [](auto change) {
    EncoderConfig config = preset("roformer-small");
    change(config);
    EXPECT_THROW(validate(config), Error);
  };
  refused([](EncoderConfig& c) { c.hidden_act = "mish"; });
  refused([](EncoderConfig& c) { c.num_attention_heads = 5; });
  refused([](EncoderConfig& c) { c.hidden_size = 18, c.num_attention_heads = 6; });  // head size 3
  refused([](EncoderConfig& c) { c.hidden_dropout_prob = 1; });
  refused([](EncoderConfig& c) { c.vocab_size = 0; });
  refused([](EncoderConfig& c) { c.encoding.name = "spiral"; });
  refused([](EncoderConfig& c) { c.model_type = "gpt"; });
  refused([](EncoderConfig& c) { c.pad_token_id = c.vocab_size; });
}

// Devlin et al. 2019, section 3: BERT-base; RoFormer-base is its shape.
TEST(Config, PresetsHaveTheirPapersShape) {
  for (const char* name : {"bert-base", "roformer-base"}) {
    const EncoderConfig config = preset(name);
    EXPECT_EQ(config.hidden_size, 768);
    EXPECT_EQ(config.embedding_size, 768);
    EXPECT_EQ(config.num_hidden_layers, 12);
    EXPECT_EQ(config.num_attention_heads, 12);
    EXPECT_EQ(config.intermediate_size, 3072);
    EXPECT_EQ(config.head_size(), 64);
  }
  EXPECT_EQ(preset("bert-base").model_type, "bert");
  EXPECT_EQ(preset("roformer-base").model_type, "roformer");
  EXPECT_EQ(preset("roformer-base").encoding.name, "rotary");
}

}  // namespace
}  // namespace roformer::model
