#include "roformer/generate/decoder.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/error.h"

namespace roformer::generate {
namespace {

using torch::Tensor;
using Ids = std::vector<std::int64_t>;

model::EncoderConfig decoder_config(const std::string& attention, const std::string& scaling) {
  model::EncoderConfig config;
  config.vocab_size = 50;
  config.hidden_size = config.embedding_size = 24;
  config.num_attention_heads = 3;
  config.num_hidden_layers = 2;
  config.intermediate_size = 40;
  config.initializer_range = 0.3;
  config.is_decoder = true;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0;
  config.attention = attention;
  config.encoding.rope_scaling = scaling;
  if (scaling == "none") return config;
  config.encoding.rope_options.factor = 4;
  config.encoding.rope_options.original_length = 16;
  return config;
}

head::LanguageModel drawn_model(const model::EncoderConfig& config) {
  torch::manual_seed(2);
  head::LanguageModel model(config);
  model->eval();
  return model;
}

Ids ids_of_length(std::int64_t length) {
  Ids ids;
  for (std::int64_t i = 0; i < length; ++i) ids.push_back((length * 7 + i * i) % 50);
  return ids;
}

// In passes of any size, alone or beside others, the same; also where frequencies change with the
// length of the sequence.
TEST(Decoder, PassesAndNeighboursChangeNothing) {
  for (const auto& [attention, scaling] :
       {std::pair{"softmax", "none"}, {"softmax", "dynamic"}, {"linear", "dynamic"}}) {
    auto model = drawn_model(decoder_config(attention, scaling));
    const std::vector<Ids> prompts = {ids_of_length(40), ids_of_length(3), ids_of_length(21)};
    const std::vector<Ids> next = {{4}, {5}, {6}};
    for (const std::int64_t tokens_per_pass : {1, 8, 1000}) {
      Decoder together(*model, 3);
      const Tensor first = together.advance(prompts, tokens_per_pass),
                   second = together.advance(next, tokens_per_pass);
      EXPECT_EQ(together.length(0), 41);
      for (std::int64_t b = 0; b < 3; ++b) {
        const auto index = static_cast<std::size_t>(b);
        Decoder alone(*model, 1);
        EXPECT_LE((alone.advance({prompts[index]})[0] - first[b]).abs().max().item<double>(), 1e-4)
            << attention << ", " << scaling << ", " << tokens_per_pass;
        EXPECT_LE((alone.advance({next[index]})[0] - second[b]).abs().max().item<double>(), 1e-4)
            << attention << ", " << scaling << ", " << tokens_per_pass;
      }
    }
  }
}

TEST(Decoder, ChosenSequencesGoOn) {
  for (const char* attention : {"softmax", "linear"}) {
    auto model = drawn_model(decoder_config(attention, "none"));
    Decoder decoder(*model, 2), alone(*model, 1);
    decoder.advance({{1, 2, 3}, {4, 5}});
    decoder.select({1, 1, 0});
    ASSERT_EQ(decoder.num_sequences(), 3);
    EXPECT_EQ(decoder.length(2), 3);
    const Tensor logits = decoder.advance({{6}, {7}, {8}});
    const Tensor expected = alone.advance({{4, 5, 7}})[0];
    EXPECT_LE((logits[1] - expected).abs().max().item<double>(), 1e-4) << attention;
  }
}

TEST(Decoder, RefusesWhatCannotWork) {
  auto config = decoder_config("softmax", "none");
  auto model = drawn_model(config);
  Decoder decoder(*model, 2);
  EXPECT_THROW(decoder.advance({{1}}), Error);
  EXPECT_THROW(decoder.advance({{1}, {}}), Error);
  config.is_decoder = false;
  auto encoder = drawn_model(config);
  EXPECT_THROW(Decoder(*encoder, 1), Error);
}

}  // namespace
}  // namespace roformer::generate
