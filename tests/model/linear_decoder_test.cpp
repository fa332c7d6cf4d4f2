// tests of model/: causal language models with linear attention, whole: the future unseen, packed
// and alone, the recurrent state, checkpoints with their random features, refusals.
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <unistd.h>

#include <filesystem>

#include "roformer/base/error.h"
#include "roformer/checkpoint/load.h"
#include "roformer/checkpoint/save.h"
#include "roformer/head/language_model.h"
#include "tests/packed/random_batch.h"

namespace roformer::model {
namespace {

using torch::Tensor;

struct LinearModelCase {
  std::string map, encoding, rotation;
};

EncoderConfig linear_config(const LinearModelCase& c) {
  EncoderConfig config;
  config.vocab_size = 40;
  config.hidden_size = config.embedding_size = 32;
  config.num_attention_heads = 2;
  config.num_hidden_layers = 2;
  config.intermediate_size = 48;
  config.max_position_embeddings = 200;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0;
  config.initializer_range = 0.2;
  config.is_decoder = true;
  config.attention = "linear";
  config.linear.feature_map = c.map;
  config.linear.num_features = 24;
  config.linear.rotation = c.rotation;
  config.encoding.name = c.encoding;
  return config;
}

// Sequences of these lengths, from position `begin` on.
packed::PackedBatch linear_batch(const std::vector<std::int64_t>& lengths, std::int64_t begin = 0) {
  return tests::random_batch(lengths, 40, std::vector<std::int64_t>(lengths.size(), begin));
}

packed::PackedBatch rows_of(const packed::PackedBatch& batch, std::int64_t begin,
                            std::int64_t end) {
  packed::PackedBatch part;
  part.tokens = batch.tokens.slice(0, begin, end);
  part.cu_seqlens = torch::tensor({std::int64_t{0}, end - begin}).to(torch::kInt32);
  part.position_ids = batch.position_ids.slice(0, begin, end);
  part.segment_ids = batch.segment_ids.slice(0, begin, end);
  return part;
}

class LinearDecoder : public ::testing::TestWithParam<LinearModelCase> {
 protected:
  LinearDecoder() {
    torch::manual_seed(31);
    model_ = head::LanguageModel(linear_config(GetParam()));
    model_->eval();
  }
  torch::NoGradGuard no_gradient_;
  head::LanguageModel model_{nullptr};
};

TEST_P(LinearDecoder, ALaterTokenChangesNothingBefore) {
  auto batch = linear_batch({150});
  const Tensor before = model_->forward(batch, {});
  for (const std::int64_t changed : {1, 75, 149}) {
    auto other = batch;
    other.tokens = batch.tokens.clone();
    other.tokens[changed] = (other.tokens[changed] + 1) % 40;
    const Tensor after = model_->forward(other, {});
    EXPECT_TRUE(torch::equal(before.slice(0, 0, changed), after.slice(0, 0, changed)));
    EXPECT_FALSE(torch::equal(before, after));
  }
}

TEST_P(LinearDecoder, PackedIsEachAlone) {
  const auto batch = linear_batch({20, 1, 90});
  const Tensor packed = model_->forward(batch, {});
  const Tensor alone = model_->forward(rows_of(batch, 21, 111), {});
  EXPECT_LE((packed.slice(0, 21) - alone).abs().max().item<double>(), 1e-5);
}

TEST_P(LinearDecoder, TheStateIsAsGoodAsTheWhole) {
  const auto batch = linear_batch({120});
  const Tensor whole = model_->forward(batch, {});
  attention::RecurrentState state(2, 1);
  ForwardOptions options;
  options.state = &state;
  std::int64_t done = 0;
  for (const std::int64_t length : {1, 1, 80, 1, 37}) {
    const Tensor part = model_->forward(rows_of(batch, done, done + length), {}, options);
    EXPECT_LE((part - whole.slice(0, done, done + length)).abs().max().item<double>(), 2e-5);
    done += length;
  }
}

TEST_P(LinearDecoder, ACheckpointKeepsItsFeatures) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("roformer_linear_" + std::to_string(::getpid()));
  checkpoint::save_model(*model_, folder);
  const auto loaded = checkpoint::load_model<head::LanguageModel>(folder);
  std::filesystem::remove_all(folder);
  EXPECT_EQ(loaded.config.encoder.linear, linear_config(GetParam()).linear);
  const auto batch = linear_batch({60});
  EXPECT_TRUE(torch::equal(loaded.module.ptr()->forward(batch, {}), model_->forward(batch, {})));
}

std::vector<LinearModelCase> linear_cases() {
  std::vector<LinearModelCase> cases;
  for (const char* map : {"elu", "shen", "shen_exp", "favor", "relu"}) {
    cases.push_back({map, "rotary", "features"});
    cases.push_back({map, "rotary", "inputs"});
  }
  for (const char* encoding : {"none", "sinusoidal", "learned", "floater"})
    cases.push_back({"favor", encoding, "features"});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Maps, LinearDecoder, ::testing::ValuesIn(linear_cases()),
                         [](const auto& info) {
                           return info.param.map + "_" + info.param.encoding + "_" +
                                  info.param.rotation;
                         });

TEST(LinearModel, RefusesWhatLinearAttentionCannotHave) {
  const auto refused = [](const auto& change, const char* word) {
    EncoderConfig config = linear_config({"favor", "rotary", "features"});
    change(config);
    try {
      validate(config);
      ADD_FAILURE() << "expected an error with " << word;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  };
  refused([](EncoderConfig& c) { c.encoding.name = "shaw"; }, "score of each pair");
  refused([](EncoderConfig& c) { c.encoding.name = "alibi"; }, "alibi");
  refused([](EncoderConfig& c) { c.linear.num_features = 25; }, "25");
  refused([](EncoderConfig& c) { c.linear.feature_map = "cosine"; }, "feature_map");
  refused([](EncoderConfig& c) { c.attention_probs_dropout_prob = 0.1; },
          "attention_probs_dropout");
  refused([](EncoderConfig& c) { c.encoding.rotary_value = true; }, "rotary_value");
  refused([](EncoderConfig& c) { c.attention = "quadratic"; }, "attention");
}

TEST(LinearModel, RefusesACacheAndAPrefix) {
  head::LanguageModel model(linear_config({"elu", "none", "features"}));
  attention::KeyValueCache cache(2, 1);
  ForwardOptions options;
  options.cache = &cache;
  EXPECT_THROW(model->forward(linear_batch({4}), {}, options), Error);
  options = {};
  options.prefix_lengths = torch::tensor({2});
  EXPECT_THROW(model->forward(linear_batch({4}), {}, options), Error);
}

TEST(LinearModel, TheSameUpdateDrawsTheSameFeatures) {
  torch::manual_seed(32);
  head::LanguageModel one(linear_config({"favor", "none", "features"}));
  head::LanguageModel two(linear_config({"favor", "none", "features"}));
  one->encoder()->begin_update(2000, 5);
  two->encoder()->begin_update(2000, 5);
  const auto ours = one->named_buffers(), theirs = two->named_buffers();
  ASSERT_EQ(ours.size(), 2u);
  for (const auto& item : ours) EXPECT_TRUE(torch::equal(item.value(), theirs[item.key()]));
  EXPECT_FALSE(torch::equal(ours[0].value(), ours[1].value()));  // each layer its own
}

}  // namespace
}  // namespace roformer::model
