// tests of generate/: decoders of both attentions against the whole sequence at once, batches against
// single prompts, ends of sequences.
#include "roformer/generate/generator.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <set>
#include <tuple>

#include "roformer/base/error.h"

namespace roformer::generate {
namespace {

using torch::Tensor;

model::EncoderConfig writer_config(const std::string& attention, const std::string& feature_map,
                                   const std::string& encoding) {
  model::EncoderConfig config;
  config.vocab_size = 60;
  config.hidden_size = config.embedding_size = 32;
  config.num_attention_heads = 4;
  config.num_hidden_layers = 2;
  config.intermediate_size = 64;
  config.max_position_embeddings = 200;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0;
  config.initializer_range = 0.3;  // answers that differ
  config.is_decoder = true;
  config.encoding.name = encoding;
  config.attention = attention;
  config.linear.feature_map = feature_map;
  return config;
}

head::LanguageModel make_writer(const model::EncoderConfig& config) {
  torch::manual_seed(4);
  head::LanguageModel model(config);
  model->eval();
  return model;
}

// Logits after the whole sequence, computed at once.
Tensor whole_logits(head::LanguageModel& model, const std::vector<std::int64_t>& ids) {
  const torch::NoGradGuard no_gradient;
  packed::PackedBatch batch;
  batch.tokens = torch::tensor(ids, torch::kInt64);
  batch.cu_seqlens = torch::tensor({0, static_cast<std::int32_t>(ids.size())}, torch::kInt32);
  batch.position_ids = torch::arange(batch.tokens.size(0));
  batch.segment_ids = torch::zeros_like(batch.tokens);
  return model->forward(batch, torch::tensor({batch.tokens.size(0) - 1}))[0];
}

Prompt prompt_of_length(std::int64_t length, std::uint64_t seed) {
  Prompt prompt;
  for (std::int64_t i = 0; i < length; ++i)
    prompt.ids.push_back(
        static_cast<std::int64_t>((seed * 31 + static_cast<std::uint64_t>(i * i)) % 60));
  prompt.seed = seed;
  return prompt;
}

using Kind = std::tuple<const char*, const char*, const char*>;
class WriterTest : public testing::TestWithParam<Kind> {
 protected:
  model::EncoderConfig config() const {
    return std::apply(writer_config, std::tuple<std::string, std::string, std::string>(GetParam()));
  }
};

TEST_P(WriterTest, StepsEqualTheWholeSequence) {
  auto model = make_writer(config());
  const auto prompt = prompt_of_length(40, 1);
  for (const std::int64_t per_pass : {2048, 7, 1}) {
    Decoder decoder(*model, 1);
    std::vector<std::int64_t> ids = prompt.ids, next = prompt.ids;
    for (int step = 0; step < 20; ++step) {
      const Tensor logits = decoder.advance({next}, per_pass)[0], whole = whole_logits(model, ids);
      EXPECT_LT((logits - whole).abs().max().item<float>(), 1e-4);
      const auto id = whole.argmax().item<std::int64_t>();
      EXPECT_EQ(logits.argmax().item<std::int64_t>(), id);
      next = {id};
      ids.push_back(id);
    }
    EXPECT_EQ(decoder.length(0), 59);
  }
}

TEST_P(WriterTest, ABatchWritesWhatItsPromptsWriteAlone) {
  auto model = make_writer(config());
  GenerationOptions options;
  options.max_new_tokens = 25;
  options.end_tokens = {0,  5,  10, 15, 20, 25,
                        30, 35, 40, 45, 50, 55};  // so that sequences leave at different times
  const std::vector<Prompt> prompts = {prompt_of_length(3, 1), prompt_of_length(30, 2),
                                       prompt_of_length(1, 3), prompt_of_length(11, 4)};
  const auto together = generate(*model, prompts, options);
  std::set<std::size_t> lengths;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto alone = generate(*model, {prompts[i]}, options);
    EXPECT_EQ(together[i].ids, alone[0].ids);
    EXPECT_EQ(together[i].finish, alone[0].finish);
    lengths.insert(together[i].ids.size());
  }
  EXPECT_GT(lengths.size(), 1u);
  auto other = prompts;
  other[1].seed = 77;
  const auto changed = generate(*model, other, options);
  EXPECT_EQ(changed[0].ids, together[0].ids);
  EXPECT_NE(changed[1].ids, together[1].ids);
}

INSTANTIATE_TEST_SUITE_P(Kinds, WriterTest,
                         testing::Values(Kind{"softmax", "elu", "rotary"},
                                         Kind{"softmax", "elu", "learned"},
                                         Kind{"linear", "elu", "rotary"},
                                         Kind{"linear", "favor", "rotary"},
                                         Kind{"linear", "favor", "none"}));

TEST(GeneratorTest, ListenersHearEverythingAndMayStop) {
  auto model = make_writer(writer_config("linear", "elu", "rotary"));
  GenerationOptions options;
  options.max_new_tokens = 10;
  std::vector<std::vector<std::int64_t>> heard(2);
  std::vector<std::size_t> finished;
  Listener listener;
  listener.on_token = [&](std::size_t prompt, std::int64_t id) {
    heard[prompt].push_back(id);
    return prompt == 1 || heard[0].size() < 4;
  };
  listener.on_finish = [&](std::size_t prompt) { finished.push_back(prompt); };
  const auto results =
      generate(*model, {prompt_of_length(5, 1), prompt_of_length(5, 2)}, options, listener);
  EXPECT_EQ(results[0].ids, heard[0]);
  EXPECT_EQ(results[1].ids, heard[1]);
  EXPECT_EQ(heard[0].size(), 4u);
  EXPECT_EQ(heard[1].size(), 10u);
  EXPECT_EQ(results[0].finish, Finish::caller);
  EXPECT_EQ(results[1].finish, Finish::length);
  EXPECT_EQ(finished, (std::vector<std::size_t>{0, 1}));
}

TEST(GeneratorTest, TokensBeyondTheVocabularyAreNeverDrawn) {
  auto model = make_writer(writer_config("softmax", "elu", "rotary"));
  GenerationOptions options;
  options.max_new_tokens = 100;
  options.num_words = 5;
  options.sampling.temperature = 50;
  const auto results = generate(*model, {prompt_of_length(3, 1)}, options);
  EXPECT_EQ(results[0].ids.size(), 100u);
  for (const std::int64_t id : results[0].ids) EXPECT_LT(id, 5);
}

TEST(GeneratorTest, WhatCannotWorkIsRefusedBeforehand) {
  auto learned = make_writer(writer_config("softmax", "elu", "learned"));
  GenerationOptions options;
  options.max_new_tokens = 191;
  EXPECT_EQ(generate(*learned, {prompt_of_length(10, 1)}, options)[0].ids.size(), 191u);
  options.max_new_tokens = 192;
  EXPECT_THROW(generate(*learned, {prompt_of_length(10, 1)}, options), Error);
  auto config = writer_config("softmax", "elu", "rotary");
  config.is_decoder = false;
  auto encoder = make_writer(config);
  EXPECT_THROW(generate(*encoder, {prompt_of_length(3, 1)}, options), Error);
}

// Places that others left are taken, in each number of them, by prompts that are seen whole too.
TEST(Generator, APromptInAnothersPlaceWritesTheSame) {
  for (const auto& [attention, view] : {std::pair{"softmax", PromptView::causal},
                                        {"linear", PromptView::causal},
                                        {"softmax", PromptView::whole}}) {
    auto model = make_writer(writer_config(attention, "elu", "rotary"));
    std::vector<Prompt> prompts;
    for (std::uint64_t seed = 0; seed < 14; ++seed) {
      prompts.push_back(
          prompt_of_length(seed % 5 == 0 ? 40 : 3 + static_cast<std::int64_t>(seed % 3), 3));
      prompts.back().seed = seed;
    }
    GenerationOptions options;
    options.max_new_tokens = 20;
    options.end_tokens = {0, 5, 10, 15, 20, 25};
    options.view = view;
    const auto together = generate(*model, prompts, options);
    for (const std::int64_t at_once : {1, 2, 5, 13, 100}) {
      options.at_once = at_once;
      std::vector<std::int64_t> ended(prompts.size(), 0);
      Listener listener;
      listener.on_finish = [&](std::size_t prompt) { ++ended[prompt]; };
      const auto refilled = generate(*model, prompts, options, listener);
      for (std::size_t i = 0; i < prompts.size(); ++i) {
        EXPECT_EQ(refilled[i].ids, together[i].ids) << attention << ", " << at_once << ", " << i;
        EXPECT_EQ(refilled[i].finish, together[i].finish);
        EXPECT_EQ(ended[i], 1);
      }
    }
    options.max_new_tokens = 0;
    options.at_once = 2;
    for (const Generated& one : generate(*model, prompts, options)) EXPECT_TRUE(one.ids.empty());
  }
}

// Prompts alike are read once: each goes on as if it were alone.
TEST(Generator, PromptsAlikeAreReadOnce) {
  for (const char* attention : {"softmax", "linear"}) {
    auto model = make_writer(writer_config(attention, "elu", "rotary"));
    std::vector<Prompt> prompts;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      prompts.push_back(prompt_of_length(seed < 4 ? 9 : 5, 3));
      prompts.back().seed = seed;
    }
    GenerationOptions options;
    options.max_new_tokens = 8;
    const auto together = generate(*model, prompts, options);
    std::set<std::vector<std::int64_t>> different;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      EXPECT_EQ(together[i].ids, generate(*model, {prompts[i]}, options).front().ids) << i;
      different.insert(together[i].ids);
    }
    EXPECT_GT(different.size(), 3);
  }
}

}  // namespace
}  // namespace roformer::generate
