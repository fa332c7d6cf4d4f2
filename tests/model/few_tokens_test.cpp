#include "roformer/model/few_tokens.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/generate/translation_decoder.h"
#include "roformer/head/language_model.h"
#include "roformer/model/linear.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/product/few_rows.h"

namespace roformer::model {
namespace {

using torch::Tensor;

struct FewCase {
  std::string attention, map, encoding, norm;
};

EncoderConfig few_config(const FewCase& c) {
  EncoderConfig config;
  config.vocab_size = 50;
  config.hidden_size = 40;
  config.embedding_size = c.norm == "rms_norm" ? 40 : 24;
  config.num_attention_heads = 2;
  config.num_hidden_layers = 3;
  config.intermediate_size = 72;
  config.max_position_embeddings = 300;
  config.initializer_range = 0.3;
  config.is_decoder = true;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0;
  config.attention = c.attention;
  config.linear.feature_map = c.map;
  config.encoding.name = c.encoding;
  config.norm_type = c.norm;
  return config;
}

packed::PackedBatch next_tokens(const std::vector<std::int64_t>& lengths, std::int64_t step) {
  data::TokenBatch batch;
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    const std::vector<std::int64_t> token = {(static_cast<std::int64_t>(b) * 13 + step * 7) % 50};
    batch.append(token, lengths[b] + step);
  }
  return packed::from_tokens(batch);
}

packed::PackedBatch prompts_of(const std::vector<std::int64_t>& lengths) {
  data::TokenBatch batch;
  for (const std::int64_t length : lengths) {
    std::vector<std::int64_t> tokens;
    for (std::int64_t i = 0; i < length; ++i) tokens.push_back((length * 3 + i * i) % 50);
    batch.append(tokens);
  }
  return packed::from_tokens(batch);
}

class FewTokensTest : public testing::TestWithParam<FewCase> {};

double largest_gap(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

// Whether a step of so many rows is done in memory; FewTokens has rows then.
bool goes_fast(const FewCase& c, std::int64_t rows) {
  return rows <= product::kMostFewRows && c.encoding != "alibi" && c.encoding != "shaw";
}

// Logits of steps behind prompts of different lengths, across a border of the blocks of angles, for
// one row, for some, and for more than the fast way takes.
TEST_P(FewTokensTest, StepsEqualTheOperators) {
  torch::manual_seed(7);
  const torch::NoGradGuard no_gradient;
  const EncoderConfig config = few_config(GetParam());
  head::LanguageModel model(config);
  model->eval();
  prepare_for_inference(*model);
  for (const std::size_t rows : {1, 3, 8, 9}) {
    const std::vector<std::int64_t> all = {62, 3, 130, 1, 20, 61, 64, 63, 5};
    const std::vector<std::int64_t> lengths(all.begin(), all.begin() + static_cast<long>(rows));
    const auto sequences = static_cast<std::int64_t>(rows);
    FewTokens few;
    std::vector<Tensor> answers[2];
    for (const bool fast : {false, true}) {
      attention::KeyValueCache cache(3, sequences);
      attention::RecurrentState state(3, sequences);
      ForwardOptions options;
      if (config.attention == "linear") options.state = &state;
      if (config.attention != "linear") options.cache = &cache;
      model->encoder()->forward(prompts_of(lengths), options);
      options.few = fast ? &few : nullptr;
      for (std::int64_t step = 0; step < 5; ++step) {
        const Tensor hidden = model->encoder()->forward(next_tokens(lengths, step), options);
        answers[fast ? 1 : 0].push_back(fast ? model->logits(hidden, few) : model->logits(hidden));
        EXPECT_EQ(few.rows(), fast && goes_fast(GetParam(), sequences) ? sequences : 0);
      }
    }
    for (std::size_t step = 0; step < 5; ++step) {
      EXPECT_LE(largest_gap(answers[0][step], answers[1][step]), 2e-4)
          << rows << " rows, step " << step;
    }
  }
}

std::vector<FewCase> few_cases() {
  std::vector<FewCase> cases;
  for (const char* encoding : {"rotary", "none", "sinusoidal", "learned", "alibi", "shaw"})
    cases.push_back({"softmax", "elu", encoding, "layer_norm"});
  cases.push_back({"softmax", "elu", "rotary", "rms_norm"});
  for (const char* map : {"elu", "shen", "shen_exp", "favor", "relu"})
    cases.push_back({"linear", map, "rotary", "layer_norm"});
  cases.push_back({"linear", "favor", "sinusoidal", "layer_norm"});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Kinds, FewTokensTest, testing::ValuesIn(few_cases()),
                         [](const auto& info) {
                           return info.param.attention + "_" + info.param.map + "_" +
                                  info.param.encoding + "_" + info.param.norm;
                         });

// Of rotary's options those that the fast way leaves to the operators, and those it takes.
TEST(FewTokensRotary, EveryOptionEqualsTheOperators) {
  torch::manual_seed(8);
  const torch::NoGradGuard no_gradient;
  const std::vector<std::function<void(EncoderConfig&)>> changes = {
      [](EncoderConfig& c) { c.encoding.rotary_dim = 12; },
      [](EncoderConfig& c) { c.encoding.rotary_value = true; },
      [](EncoderConfig& c) { c.encoding.rotary_interleaved = false; },
      [](EncoderConfig& c) { c.encoding.xpos_scale_base = 512; },
      [](EncoderConfig& c) {
        c.encoding.rope_scaling = "dynamic";
        c.encoding.rope_options.factor = 4;
        c.encoding.rope_options.original_length = 10;
      },
      [](EncoderConfig& c) {
        c.encoding.rope_scaling = "yarn";
        c.encoding.rope_options.factor = 4;
        c.encoding.rope_options.original_length = 10;
      }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EncoderConfig config = few_config({"softmax", "elu", "rotary", "layer_norm"});
    changes[i](config);
    head::LanguageModel model(config);
    model->eval();
    prepare_for_inference(*model);
    FewTokens few;
    Tensor answers[2];
    for (const bool fast : {false, true}) {
      attention::KeyValueCache cache(3, 2);
      ForwardOptions options;
      options.cache = &cache;
      model->encoder()->forward(prompts_of({30, 7}), options);
      options.few = fast ? &few : nullptr;
      answers[fast ? 1 : 0] = model->encoder()->forward(next_tokens({30, 7}, 0), options);
    }
    EXPECT_LE(largest_gap(answers[0], answers[1]), 1e-4) << i;
  }
}

// Products of int8 and of bfloat16 too; where the operators round the last bit of an input another
// way, its byte or half may be the next one.
TEST(FewTokensNarrow, EqualTheOperators) {
  torch::manual_seed(9);
  const torch::NoGradGuard no_gradient;
  for (const auto type : product::served_compute_types()) {
    head::LanguageModel model(few_config({"softmax", "elu", "rotary", "layer_norm"}));
    model->eval();
    prepare_for_inference(*model, type);
    FewTokens few;
    Tensor answers[2];
    for (const bool fast : {false, true}) {
      attention::KeyValueCache cache(3, 2);
      ForwardOptions options;
      options.cache = &cache;
      model->encoder()->forward(prompts_of({30, 7}), options);
      options.few = fast ? &few : nullptr;
      const Tensor hidden = model->encoder()->forward(next_tokens({30, 7}, 0), options);
      answers[fast ? 1 : 0] = fast ? model->logits(hidden, few) : model->logits(hidden);
    }
    EXPECT_EQ(few.rows(), 2);
    EXPECT_LE(largest_gap(answers[0], answers[1]),
              type == product::ComputeType::float32 ? 1e-4 : 0.05)
        << product::compute_type_name(type);
    EXPECT_GT(answers[0].abs().max().item<double>(), 0.5);
  }
}

// Without prepared weights the operators answer.
TEST(FewTokens, WeightsThatAreNotPreparedAreServedToo) {
  torch::manual_seed(10);
  const torch::NoGradGuard no_gradient;
  head::LanguageModel model(few_config({"softmax", "elu", "rotary", "layer_norm"}));
  model->eval();
  FewTokens few;
  Tensor answers[2];
  for (const bool prepared : {false, true}) {
    if (prepared) prepare_for_inference(*model);
    attention::KeyValueCache cache(3, 2);
    ForwardOptions options;
    options.cache = &cache;
    options.few = &few;
    model->encoder()->forward(prompts_of({30, 7}), options);
    answers[prepared ? 1 : 0] =
        model->logits(model->encoder()->forward(next_tokens({30, 7}, 0), options), few);
    EXPECT_EQ(few.rows(), prepared ? 2 : 0);
  }
  EXPECT_LE(largest_gap(answers[0], answers[1]), 1e-4);
}

}  // namespace
}  // namespace roformer::model
