// tests of model/: the encoder-decoder: packed batches against single pairs, causality, gradients,
// every encoding, refusals.
#include "roformer/model/encoder_decoder.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "tests/packed/random_batch.h"

namespace roformer::model {
namespace {

using torch::Tensor;

EncoderDecoderConfig small_translation(const std::string& encoding) {
  EncoderConfig side = translation_preset("transformer-tiny");
  side.vocab_size = 40;
  side.pad_token_id = 39;
  side.hidden_size = side.embedding_size = 24;
  side.num_attention_heads = 3;
  side.num_hidden_layers = 2;
  side.intermediate_size = 36;
  side.max_position_embeddings = 64;
  side.hidden_dropout_prob = 0;
  side.encoding.name = encoding;
  auto config = both_sides(side, 1);
  config.decoder_start_token_id = 39;
  return config;
}

packed::PackedBatch tokens_of(const std::vector<std::int64_t>& lengths) {
  return tests::random_batch(lengths, 39);
}

packed::PackedBatch sequence_of(const packed::PackedBatch& batch, std::int64_t b) {
  const auto offsets = batch.cu_seqlens.accessor<std::int32_t, 1>();
  packed::PackedBatch one;
  one.tokens = batch.tokens.slice(0, offsets[b], offsets[b + 1]);
  one.cu_seqlens = torch::tensor({0, offsets[b + 1] - offsets[b]}, torch::kInt32);
  one.position_ids = batch.position_ids.slice(0, offsets[b], offsets[b + 1]);
  one.segment_ids = batch.segment_ids.slice(0, offsets[b], offsets[b + 1]);
  return one;
}

Tensor logits_of(EncoderDecoder& model, const packed::PackedBatch& source,
                 const packed::PackedBatch& target) {
  const Memory memory{model->encode(source), source.cu_seqlens};
  ForwardOptions options;
  options.memory = &memory;
  return model->logits(model->decode(target, options));
}

class TranslationEncodings : public ::testing::TestWithParam<const char*> {};

TEST_P(TranslationEncodings, APackedBatchIsItsPairsOneByOne) {
  torch::manual_seed(3);
  EncoderDecoder model(small_translation(GetParam()));
  model->eval();
  const torch::NoGradGuard no_gradient;
  const auto source = tokens_of({7, 1, 12}), target = tokens_of({4, 9, 1});
  const Tensor together = logits_of(model, source, target);
  const auto offsets = target.cu_seqlens.accessor<std::int32_t, 1>();
  for (std::int64_t b = 0; b < 3; ++b) {
    const Tensor alone = logits_of(model, sequence_of(source, b), sequence_of(target, b));
    EXPECT_LE((together.slice(0, offsets[b], offsets[b + 1]) - alone).abs().max().item<double>(),
              2e-5)
        << b;
  }
}

TEST_P(TranslationEncodings, TheDecoderLooksBackAndTheEncoderBothWays) {
  torch::manual_seed(4);
  EncoderDecoder model(small_translation(GetParam()));
  model->eval();
  const torch::NoGradGuard no_gradient;
  auto source = tokens_of({6}), target = tokens_of({5});
  const Tensor before = logits_of(model, source, target);
  target.tokens = target.tokens.clone();
  target.tokens[4] = (target.tokens[4].item<std::int64_t>() + 1) % 39;
  const Tensor later = logits_of(model, source, target);
  EXPECT_EQ((before - later).slice(0, 0, 4).abs().max().item<double>(), 0);
  EXPECT_GT((before - later)[4].abs().max().item<double>(), 0);
  source.tokens = source.tokens.clone();
  source.tokens[5] = (source.tokens[5].item<std::int64_t>() + 1) % 39;
  EXPECT_GT((later - logits_of(model, source, target))[0].abs().max().item<double>(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, TranslationEncodings,
                         ::testing::Values("none", "sinusoidal", "learned", "shaw", "music",
                                           "transformer_xl", "t5", "clipped_bias", "tupe",
                                           "deberta", "huang", "nezha", "alibi", "rotary",
                                           "complex", "floater"),
                         [](const auto& info) { return std::string(info.param); });

TEST(EncoderDecoder, AllParametersLearnAndWordsAreOneTable) {
  torch::manual_seed(5);
  EncoderDecoder model(small_translation("rotary"));
  model->train();
  logits_of(model, tokens_of({5, 3}), tokens_of({4, 6})).square().sum().backward();
  std::int64_t tables = 0;
  for (const auto& item : model->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_GT(item.value().grad().abs().sum().item<double>(), 0) << item.key();
    tables += item.value().size(0) == 40;
  }
  EXPECT_EQ(tables, 1);
}

TEST(EncoderDecoder, DropoutIsAFunctionOfTheSeed) {
  auto config = small_translation("rotary");
  config.encoder.hidden_dropout_prob = config.decoder.hidden_dropout_prob = 0.3;
  EncoderDecoder model(config);
  model->train();
  const auto source = tokens_of({5, 3}), target = tokens_of({4, 6});
  const auto run = [&](std::uint64_t seed) {
    ForwardOptions options;
    options.dropout_seed = seed;
    const Memory memory{model->encode(source, options), source.cu_seqlens};
    options.memory = &memory;
    return model->decode(target, options);
  };
  EXPECT_TRUE(torch::equal(run(1), run(1)));
  EXPECT_FALSE(torch::equal(run(1), run(2)));
}

TEST(EncoderDecoder, RefusesSidesThatDoNotFit) {
  EXPECT_THROW(translation_preset("transformer-huge"), Error);
  auto config = small_translation("rotary");
  config.decoder.hidden_size = config.decoder.embedding_size = 12;
  EXPECT_THROW(EncoderDecoder{config}, Error);
  config = small_translation("rotary");
  config.decoder.is_decoder = config.decoder.add_cross_attention = false;
  EXPECT_THROW(EncoderDecoder{config}, Error);
  config = small_translation("rotary");
  config.eos_token_id = 40;
  EXPECT_THROW(EncoderDecoder{config}, Error);
  EncoderDecoder model(small_translation("rotary"));
  EXPECT_THROW(model->decode(tokens_of({3}), {}), Error);
}

TEST(EncoderDecoder, BaseHasTheSizeOfVaswanis) {
  EncoderConfig side = translation_preset("transformer-base");
  EXPECT_EQ(side.num_hidden_layers, 6);
  EXPECT_EQ(side.hidden_size, 512);
  EXPECT_EQ(side.intermediate_size, 2048);
  EXPECT_EQ(side.num_attention_heads, 8);
}

}  // namespace
}  // namespace roformer::model
