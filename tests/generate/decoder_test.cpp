#include "roformer/generate/decoder.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "roformer/data/prefix_batch.h"

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

// Sequences that come later, alone in an empty decoder too, and those that were there beside them.
TEST(Decoder, SequencesComeAndGo) {
  for (const char* attention : {"softmax", "linear"}) {
    auto model = drawn_model(decoder_config(attention, "none"));
    const auto expect_alone = [&](const Tensor& logits, const Ids& ids) {
      Decoder alone(*model, 1);
      EXPECT_LE((logits - alone.advance({ids})[0]).abs().max().item<double>(), 1e-4) << attention;
    };
    Decoder decoder(*model, 0);
    decoder.add(2);
    decoder.advance({{1, 2, 3}, {4, 5}});
    decoder.select({1});
    decoder.add(2);
    ASSERT_EQ(decoder.num_sequences(), 3);
    EXPECT_EQ(decoder.length(1), 0);
    Tensor logits = decoder.advance({{6}, ids_of_length(30), {9, 8}}, /*tokens_per_pass=*/12);
    expect_alone(logits[0], {4, 5, 6});
    expect_alone(logits[1], ids_of_length(30));
    expect_alone(logits[2], {9, 8});
    logits = decoder.advance({{7}, {11}, {12}});
    expect_alone(logits[0], {4, 5, 6, 7});
    expect_alone(logits[2], {9, 8, 12});
    decoder.select({});
    decoder.add(1);
    expect_alone(decoder.advance({{3, 1}})[0], {3, 1});
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
  EXPECT_NO_THROW(Decoder(*encoder, 1, torch::kCPU, PromptView::whole));
  config.type_vocab_size = 1;
  EXPECT_THROW(Decoder(*drawn_model(config), 1, torch::kCPU, PromptView::whole), Error);
  auto linear = drawn_model(decoder_config("linear", "none"));
  EXPECT_THROW(Decoder(*linear, 1, torch::kCPU, PromptView::whole), Error);
}

// Logits (V) after the last of `second`, of the whole sequence at once.
Tensor after_whole_prompt(head::LanguageModel& model, const std::vector<std::int32_t>& first,
                          const std::vector<std::int32_t>& second) {
  const torch::NoGradGuard no_gradient;
  data::PrefixBatch rows;
  rows.append(first, second);
  model::ForwardOptions options;
  options.prefix_lengths = torch::tensor(rows.prefix_lengths, torch::kInt64);
  const auto batch = packed::from_tokens(rows.batch);
  return model->forward(batch, torch::tensor({batch.num_tokens() - 1}), options)[0];
}

void expect_gap_below(const Tensor& a, const Tensor& b, double most) {
  EXPECT_LE((a - b).abs().max().item<double>(), most);
}

// A mask of UniLM, token by token as at once, of decoders and of encoders; a second segment that
// was written shows.
TEST(Decoder, ThePromptIsSeenWhole) {
  for (const bool is_decoder : {true, false}) {
    auto config = decoder_config("softmax", "none");
    config.is_decoder = is_decoder;
    auto model = drawn_model(config);
    Decoder decoder(*model, 2, torch::kCPU, PromptView::whole);
    const Tensor first = decoder.advance({{2, 10, 11, 12, 3}, {2, 3}}, /*tokens_per_pass=*/2);
    expect_gap_below(first[0], after_whole_prompt(model, {2, 10, 11, 12, 3}, {}), 1e-5);
    expect_gap_below(first[1], after_whole_prompt(model, {2, 3}, {}), 1e-5);
    decoder.select({1, 0, 0});
    decoder.advance({{20}, {21}, {22}});
    const Tensor last = decoder.advance({{23}, {24}, {25}});
    expect_gap_below(last[0], after_whole_prompt(model, {2, 3}, {20, 23}), 1e-5);
    expect_gap_below(last[1], after_whole_prompt(model, {2, 10, 11, 12, 3}, {21, 24}), 1e-5);
    expect_gap_below(last[2], after_whole_prompt(model, {2, 10, 11, 12, 3}, {22, 25}), 1e-5);
    EXPECT_GT((last[1] - last[2]).abs().max().item<double>(), 1e-3);
  }
}

}  // namespace
}  // namespace roformer::generate
