// A block's attention with every position encoding, in a small model: packed sequences, the past
// alone, cached decoding, linear attention.
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "roformer/attention/key_value_cache.h"
#include "roformer/base/error.h"
#include "roformer/model/encoder.h"
#include "tests/packed/random_batch.h"
#include "tests/position/variants.h"

namespace roformer::model {
namespace {

using torch::Tensor;

EncoderConfig config_with(const position::EncodingSettings& encoding, bool is_decoder) {
  EncoderConfig config;
  config.vocab_size = 30;
  config.hidden_size = 16;
  config.embedding_size = 12;
  config.num_attention_heads = 2;
  config.num_hidden_layers = 2;
  config.intermediate_size = 24;
  config.max_position_embeddings = 40;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0;
  config.encoding = encoding;
  config.is_decoder = is_decoder;
  return config;
}

packed::PackedBatch ragged_batch(const std::vector<std::int64_t>& lengths) {
  packed::PackedBatch batch = tests::random_batch(lengths, 30);
  batch.segment_ids = torch::randint(0, 2, {batch.num_tokens()}, torch::kInt64);
  return batch;
}

// Tokens begin … end of a batch as a sequence of its own.
packed::PackedBatch part_of(const packed::PackedBatch& batch, std::int64_t begin,
                            std::int64_t end) {
  packed::PackedBatch part;
  part.tokens = batch.tokens.slice(0, begin, end);
  part.cu_seqlens = torch::tensor({std::int64_t{0}, end - begin}, torch::kInt32);
  part.position_ids = batch.position_ids.slice(0, begin, end);
  part.segment_ids = batch.segment_ids.slice(0, begin, end);
  return part;
}

class ModelWithEncoding : public testing::TestWithParam<position::Variant> {
 protected:
  // Weights large enough that positions matter.
  Encoder make(bool is_decoder) const {
    torch::manual_seed(11);
    Encoder encoder(config_with(GetParam().settings, is_decoder));
    const torch::NoGradGuard no_gradient;
    for (Tensor& parameter : encoder->parameters())
      parameter.add_(0.2 * torch::randn_like(parameter));
    encoder->eval();
    return encoder;
  }
};

TEST_P(ModelWithEncoding, PackedSequencesAreAsEachAlone) {
  const torch::NoGradGuard no_gradient;
  for (const bool is_decoder : {false, true}) {
    auto encoder = make(is_decoder);
    const std::vector<std::int64_t> lengths = {9, 1, 6, 6, 0, 17};
    const auto batch = ragged_batch(lengths);
    const Tensor together = encoder->forward(batch);
    std::int64_t begin = 0;
    for (const std::int64_t length : lengths) {
      const auto alone = part_of(batch, begin, begin + length);
      if (length > 0) {
        const Tensor gap = together.slice(0, begin, begin + length) - encoder->forward(alone);
        EXPECT_LE(gap.abs().max().item<double>(), 1e-5) << length;
      }
      begin += length;
    }
  }
}

TEST_P(ModelWithEncoding, TheFutureIsUnseen) {
  const torch::NoGradGuard no_gradient;
  auto encoder = make(true);
  auto batch = ragged_batch({20, 7});
  const Tensor before = encoder->forward(batch);
  batch.tokens.slice(0, 15, 20).fill_(3);
  const Tensor after = encoder->forward(batch);
  EXPECT_TRUE(torch::equal(before.slice(0, 0, 15), after.slice(0, 0, 15)));
  EXPECT_TRUE(torch::equal(before.slice(0, 20), after.slice(0, 20)));
  EXPECT_FALSE(torch::equal(before.slice(0, 15, 20), after.slice(0, 15, 20)));
}

TEST_P(ModelWithEncoding, TheCacheChangesNothing) {
  const torch::NoGradGuard no_gradient;
  auto encoder = make(true);
  const auto whole = ragged_batch({30});
  const Tensor expected = encoder->forward(whole);
  attention::KeyValueCache cache(2, 1);
  ForwardOptions options;
  options.cache = &cache;
  std::int64_t done = 0;
  for (const std::int64_t length : {11, 1, 1, 12, 5}) {
    const Tensor got = encoder->forward(part_of(whole, done, done + length), options);
    EXPECT_LE((got - expected.slice(0, done, done + length)).abs().max().item<double>(), 1e-5);
    done += length;
  }
}

TEST_P(ModelWithEncoding, PositionsMatterButForNone) {
  const torch::NoGradGuard no_gradient;
  auto encoder = make(false);
  auto batch = ragged_batch({8});
  const Tensor before = encoder->forward(batch);
  const Tensor order = torch::tensor({3, 1, 2, 0, 7, 5, 6, 4});
  batch.tokens = batch.tokens.index_select(0, order);
  batch.segment_ids = batch.segment_ids.index_select(0, order);
  const Tensor gap = encoder->forward(batch) - before.index_select(0, order);
  const double largest = gap.abs().max().item<double>();
  EXPECT_EQ(largest > 1e-3, GetParam().label != "none") << largest;
}

TEST_P(ModelWithEncoding, LinearAttentionTakesWhatLeavesScoresAlone) {
  auto config = config_with(GetParam().settings, false);
  config.attention = "linear";
  if (position::acts_on_single_scores(config.encoding)) {
    EXPECT_THROW(validate(config), Error);
  } else {
    const torch::NoGradGuard no_gradient;
    Encoder encoder(config);
    encoder->eval();
    EXPECT_TRUE(torch::isfinite(encoder->forward(ragged_batch({5, 9}))).all().item<bool>());
  }
}

// float32 takes the kernels, with what the encoding adds as tables, float64 the hooks: the same
// states, and the same gradient of every weight, in rows from a position that is not 0 as well.
TEST_P(ModelWithEncoding, KernelsEqualTheHooksInDouble) {
  for (const bool is_decoder : {false, true}) {
    auto encoder = make(is_decoder);
    auto exact = make(is_decoder);
    exact->to(torch::kFloat64);
    auto batch = ragged_batch({9, 1, 16, 0, 5});
    batch.position_ids.slice(0, 26) += 11;
    const Tensor got = encoder->forward(batch), expected = exact->forward(batch);
    EXPECT_LE((got - expected).abs().max().item<double>(), 2e-5);
    const Tensor slope = torch::randn(got.sizes(), torch::kFloat64);
    (got * slope.to(torch::kFloat32)).sum().backward();
    (expected * slope).sum().backward();
    for (const auto& item : exact->named_parameters()) {
      const Tensor right = item.value().grad(),
                   ours = encoder->named_parameters()[item.key()].grad();
      ASSERT_EQ(ours.defined(), right.defined()) << item.key();
      if (!right.defined()) continue;
      const double size = std::max(1.0, right.abs().max().item<double>());
      EXPECT_LE((ours - right).abs().max().item<double>(), 1e-4 * size) << item.key();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Model, ModelWithEncoding, testing::ValuesIn(position::all_variants()),
                         [](const auto& info) { return info.param.label; });

}  // namespace
}  // namespace roformer::model
