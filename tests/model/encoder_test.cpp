// tests of model/: a packed batch against single sequences, selected rows, traces, gradients of
// every parameter.
#include "roformer/model/encoder.h"

#include <gtest/gtest.h>
#include <torch/nn/functional/loss.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "roformer/head/language_model.h"
#include "roformer/packed/with_empty.h"

namespace roformer::model {
namespace {

using torch::Tensor;

EncoderConfig small_config(const std::string& encoding) {
  EncoderConfig config = preset(encoding == "learned" ? "bert-tiny" : "roformer-tiny");
  config.vocab_size = 50;
  config.embedding_size = config.hidden_size = 24;
  config.num_attention_heads = 3;
  config.num_hidden_layers = 2;
  config.intermediate_size = 40;
  config.max_position_embeddings = 64;
  config.encoding.name = encoding;
  return config;
}

packed::PackedBatch batch_of(const std::vector<std::vector<std::int64_t>>& sequences) {
  data::TokenBatch tokens;
  for (const auto& sequence : sequences) {
    std::vector<std::int32_t> segments;
    for (std::size_t t = 0; t < sequence.size(); ++t) segments.push_back(t > 2 ? 1 : 0);
    tokens.append(sequence, 0, segments);
  }
  return packed::from_tokens_with_empty(tokens);
}

double apart(const Tensor& a, const Tensor& b) {
  return a.numel() == 0 ? 0 : (a - b).abs().max().item<double>();
}

class EncoderTest : public ::testing::TestWithParam<std::string> {};

TEST_P(EncoderTest, PackedEqualsEachSequenceAlone) {
  torch::manual_seed(1);
  Encoder encoder(small_config(GetParam()));
  encoder->eval();
  const torch::NoGradGuard no_gradient;
  const std::vector<std::vector<std::int64_t>> sequences = {
      {1, 2, 3, 4, 5}, {}, {7}, {9, 8, 7, 6, 5, 4, 3, 2, 1}};
  const Tensor together = encoder(batch_of(sequences));
  std::int64_t begin = 0;
  for (const auto& sequence : sequences) {
    const auto length = static_cast<std::int64_t>(sequence.size());
    EXPECT_LE(apart(together.narrow(0, begin, length), encoder(batch_of({sequence}))), 2e-6);
    begin += length;
  }
}

TEST_P(EncoderTest, RowsAndTraceGiveTheSame) {
  Encoder encoder(small_config(GetParam()));
  encoder->eval();
  const auto batch = batch_of({{1, 2, 3, 4}, {5, 6, 7}});
  EncoderTrace trace;
  trace.want_hidden_states = trace.want_attentions = true;
  ForwardOptions options;
  options.trace = &trace;
  const Tensor traced = encoder(batch, options);
  EXPECT_LE(apart(traced, encoder(batch)), 2e-6);
  ASSERT_EQ(trace.hidden_states.size(), 3);
  ASSERT_EQ(trace.attentions.size(), 2);
  ASSERT_EQ(trace.attentions[1].size(), 2);
  EXPECT_EQ(trace.attentions[1][1].sizes(), (std::vector<std::int64_t>{3, 3, 3}));
  EXPECT_LE(apart(trace.attentions[0][0].sum(-1), torch::ones({3, 4})), 1e-6);
  ForwardOptions some;
  some.rows = torch::tensor({6, 0, 3});
  EXPECT_LE(apart(encoder(batch, some), traced.index_select(0, some.rows)), 2e-6);
}

TEST_P(EncoderTest, DropoutIsAFunctionOfTheSeedAndEveryParameterLearns) {
  head::LanguageModel model(small_config(GetParam()));
  model->train();
  const auto batch = batch_of({{1, 2, 3, 4, 5, 6}});
  ForwardOptions options;
  options.dropout_seed = 3;
  const auto positions = torch::tensor({1, 4});
  const auto first = model(batch, positions, options);
  EXPECT_TRUE(torch::equal(first, model(batch, positions, options)));
  options.dropout_seed = 4;
  EXPECT_FALSE(torch::equal(first, model(batch, positions, options)));
  torch::nn::functional::cross_entropy(first, torch::tensor({9, 11})).backward();
  for (const auto& parameter : model->named_parameters()) {
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
    EXPECT_TRUE(torch::isfinite(parameter.value().grad()).all().item<bool>()) << parameter.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Encodings, EncoderTest,
                         ::testing::Values("rotary", "learned", "sinusoidal", "none"));

// Central differences in float64 of the loss for some entries of every parameter: the whole chain,
// composed and custom.
TEST(EncoderGradient, EqualsFiniteDifferences) {
  torch::manual_seed(8);
  head::LanguageModel model(small_config("rotary"));
  model->to(torch::kFloat64);
  model->eval();
  const auto batch = batch_of({{1, 2, 3, 4, 5, 6}, {8, 9}});
  const auto positions = torch::tensor({1, 4, 7}), labels = torch::tensor({9, 11, 2});
  const auto loss = [&] {
    return torch::nn::functional::cross_entropy(model(batch, positions), labels);
  };
  loss().backward();
  const torch::NoGradGuard no_gradient;
  constexpr double step = 1e-5;
  for (const auto& parameter : model->named_parameters()) {
    const Tensor flat = parameter.value().view(-1);
    const std::int64_t place = flat.numel() / 3;
    const double value = flat[place].item<double>();
    flat[place] = value + step;
    const double up = loss().item<double>();
    flat[place] = value - step;
    const double down = loss().item<double>();
    flat[place] = value;
    EXPECT_NEAR(parameter.value().grad().view(-1)[place].item<double>(), (up - down) / (2 * step),
                1e-8)
        << parameter.key();
  }
}

TEST(EncoderInput, IdsOutOfRangeAreNamed) {
  Encoder encoder(small_config("learned"));
  auto batch = batch_of({{1, 2, 50}});
  try {
    encoder(batch);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("50 at token 2"), std::string::npos) << error.what();
  }
  batch = batch_of({{1, 2, 3}});
  batch.segment_ids = torch::tensor({0, 2, 0});
  EXPECT_THROW(encoder(batch), Error);
  batch = batch_of({std::vector<std::int64_t>(65, 1)});
  EXPECT_THROW(encoder(batch), Error);  // longer than the learned table
}

TEST(EncoderInput, PositionsNearTheEndsOfInt64AreNamed) {
  for (const char* encoding : {"rotary", "learned", "t5"}) {
    Encoder encoder(small_config(encoding));
    auto batch = batch_of({{1, 2}, {3, 4}});
    for (const std::int64_t far :
         {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
      batch.position_ids = torch::tensor({std::int64_t{0}, std::int64_t{1}, far, far});
      try {
        encoder(batch);
        FAIL() << "expected an error";
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find(fmt::format("{} at token 2", far)),
                  std::string::npos)
            << error.what();
      }
    }
  }
}

TEST(Heads, LogitsHaveTheirShapes) {
  auto config = small_config("rotary");
  config.embedding_size = 12;
  const auto batch = batch_of({{1, 2, 3}, {4, 5}});
  EXPECT_EQ(head::LanguageModel(config)(batch, Tensor()).sizes(),
            (std::vector<std::int64_t>{5, 50}));
}

}  // namespace
}  // namespace roformer::model
