// tests of model/: decoders with and without the cache, ragged sequences, prefixes, cross-attention
// and onlookers.
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/key_value_cache.h"
#include "roformer/base/error.h"
#include "roformer/head/language_model.h"
#include "tests/packed/random_batch.h"

namespace roformer::model {
namespace {

using torch::Tensor;

EncoderConfig decoder_config(const std::string& encoding = "rotary") {
  EncoderConfig config;
  config.vocab_size = 50;
  config.hidden_size = config.embedding_size = 24;
  config.num_attention_heads = 3;
  config.num_hidden_layers = 2;
  config.intermediate_size = 40;
  config.max_position_embeddings = 200;
  config.encoding.name = encoding;
  config.is_decoder = true;
  return config;
}

// Sequences of these lengths that go on at places `begins`.
packed::PackedBatch decoder_batch(const std::vector<std::int64_t>& lengths,
                                  const std::vector<std::int64_t>& begins) {
  return tests::random_batch(lengths, 50, begins);
}

Tensor sequence(const Tensor& values, const packed::PackedBatch& batch, std::int64_t b) {
  const auto offsets = batch.cu_seqlens.accessor<std::int32_t, 1>();
  return values.slice(0, offsets[b], offsets[b + 1]);
}

double largest_gap(const Tensor& a, const Tensor& b) {
  return a.numel() == 0 ? 0 : (a - b).abs().max().item<double>();
}

// The tokens of `whole` in pieces: first some, then the rest, through one cache.
void expect_cache_changes_nothing(const EncoderConfig& config, const Tensor& prefix) {
  torch::manual_seed(2);
  head::LanguageModel model(config);
  model->eval();
  const torch::NoGradGuard no_gradient;
  const auto whole = decoder_batch({90, 1, 7}, {0, 0, 0});
  ForwardOptions options;
  options.prefix_lengths = prefix;
  const Tensor expected = model->forward(whole, Tensor(), options);
  attention::KeyValueCache cache(config.num_hidden_layers, 3);
  options.cache = &cache;
  const std::vector<std::vector<std::int64_t>> pieces = {{40, 1, 6}, {1, 0, 0}, {49, 0, 1}};
  std::vector<std::int64_t> done = {0, 0, 0};
  for (const auto& lengths : pieces) {
    auto batch = decoder_batch(lengths, done);
    std::vector<Tensor> tokens;
    for (std::int64_t b = 0; b < 3; ++b) {
      const auto index = static_cast<std::size_t>(b);
      tokens.push_back(sequence(whole.tokens, whole, b).narrow(0, done[index], lengths[index]));
    }
    batch.tokens = torch::cat(tokens);
    const Tensor logits = model->forward(batch, Tensor(), options);
    for (std::int64_t b = 0; b < 3; ++b) {
      const auto index = static_cast<std::size_t>(b);
      const Tensor wanted = sequence(expected, whole, b).narrow(0, done[index], lengths[index]);
      EXPECT_LE(largest_gap(sequence(logits, batch, b), wanted), 1e-5);
      done[index] += lengths[index];
    }
  }
  EXPECT_EQ(cache.length(0), 90);
}

TEST(Decoder, CacheChangesNothing) {
  for (const char* encoding : {"rotary", "learned", "sinusoidal", "none"})
    expect_cache_changes_nothing(decoder_config(encoding), {});
  const Tensor prefix = torch::tensor({20, 1, 3});
  expect_cache_changes_nothing(decoder_config(), prefix);
  EncoderConfig encoder = decoder_config();
  encoder.is_decoder = false;
  expect_cache_changes_nothing(encoder, prefix);
  EXPECT_THROW(expect_cache_changes_nothing(encoder, {}), Error);
}

// With a prefix an encoder is the prefix language model that a decoder is; with all tokens in it,
// each sees all, as without one.
TEST(Decoder, AnEncoderWithAPrefixLooksBackBehindIt) {
  const EncoderConfig config = decoder_config();
  EncoderConfig two_sided = config;
  two_sided.is_decoder = false;
  torch::manual_seed(2);
  head::LanguageModel decoder(config);
  torch::manual_seed(2);
  head::LanguageModel encoder(two_sided);
  decoder->eval();
  encoder->eval();
  const auto batch = decoder_batch({12, 5}, {0, 0});
  ForwardOptions options;
  options.prefix_lengths = torch::tensor({4, 5});
  const Tensor wanted = decoder->forward(batch, Tensor(), options);
  EXPECT_LE(largest_gap(encoder->forward(batch, Tensor(), options), wanted), 1e-6);
  const Tensor whole = encoder->forward(batch, Tensor());
  EXPECT_LE(largest_gap(whole.slice(0, 12), wanted.slice(0, 12)), 1e-6);
  EXPECT_GT(largest_gap(whole.slice(0, 0, 12), wanted.slice(0, 0, 12)), 1e-3);
}

TEST(Decoder, FutureTokensDoNotReachEarlierOnes) {
  head::LanguageModel model(decoder_config());
  model->eval();
  auto batch = decoder_batch({60, 9}, {0, 0});
  const Tensor before = model->forward(batch, Tensor());
  batch.tokens.slice(0, 50, 60).fill_(3);
  const Tensor after = model->forward(batch, Tensor());
  EXPECT_TRUE(torch::equal(before.slice(0, 0, 50), after.slice(0, 0, 50)));
  EXPECT_FALSE(torch::equal(before.slice(0, 50, 60), after.slice(0, 50, 60)));
}

// Frequencies that change with the length: each line has its own, in a batch as alone, read at once
// or token by token.
TEST(Decoder, DynamicFrequenciesKnowNoNeighbours) {
  for (const char* scaling : {"dynamic", "longrope"}) {
    EncoderConfig config = decoder_config();
    config.encoding.rope_scaling = scaling;
    config.encoding.rope_options.factor = 4;
    config.encoding.rope_options.original_length = 16;
    config.encoding.rope_options.short_factor.assign(4, 1);
    config.encoding.rope_options.long_factor.assign(4, 3);
    torch::manual_seed(2);
    head::LanguageModel model(config);
    model->eval();
    const torch::NoGradGuard no_gradient;
    const auto batch = decoder_batch({40, 5, 19}, {0, 0, 0});
    const auto next = decoder_batch({1, 1, 1}, {40, 5, 19});
    attention::KeyValueCache cache(2, 3);
    ForwardOptions cached;
    cached.cache = &cache;
    const Tensor whole = model->forward(batch, Tensor(), cached),
                 step = model->forward(next, Tensor(), cached);
    for (std::int64_t b = 0; b < 3; ++b) {
      const auto one_line = [&](const packed::PackedBatch& of) {
        packed::PackedBatch line;
        line.tokens = sequence(of.tokens, of, b);
        line.position_ids = sequence(of.position_ids, of, b);
        line.segment_ids = sequence(of.segment_ids, of, b);
        line.cu_seqlens = torch::tensor({0, static_cast<int>(line.tokens.size(0))}, torch::kInt32);
        return line;
      };
      attention::KeyValueCache own(2, 1);
      ForwardOptions options;
      options.cache = &own;
      EXPECT_LE(largest_gap(model->forward(one_line(batch), Tensor(), options),
                            sequence(whole, batch, b)),
                1e-5)
          << scaling;
      EXPECT_LE(
          largest_gap(model->forward(one_line(next), Tensor(), options), sequence(step, next, b)),
          1e-5)
          << scaling;
    }
  }
}

TEST(Decoder, SelectedSequencesGoOn) {
  torch::manual_seed(3);
  head::LanguageModel model(decoder_config());
  model->eval();
  const torch::NoGradGuard no_gradient;
  attention::KeyValueCache cache(2, 3);
  ForwardOptions options;
  options.cache = &cache;
  const auto start = decoder_batch({4, 6, 2}, {0, 0, 0});
  model->forward(start, Tensor(), options);
  cache.select({2, 1, 1});
  auto next = decoder_batch({1, 1, 1}, {2, 6, 6});
  next.tokens.fill_(7);
  const Tensor logits = model->forward(next, Tensor(), options);
  EXPECT_TRUE(torch::equal(logits[1], logits[2]));
  auto alone = decoder_batch({3}, {0});
  alone.tokens = torch::cat({sequence(start.tokens, start, 2), torch::tensor({7})});
  EXPECT_LE(largest_gap(logits[0], model->forward(alone, Tensor())[2]), 1e-5);
}

TEST(Decoder, CrossAttentionOfPackedSequences) {
  torch::manual_seed(4);
  auto config = decoder_config();
  config.add_cross_attention = true;
  head::LanguageModel model(config);
  model->eval();
  const auto batch = decoder_batch({5, 3}, {0, 0});
  const Memory memory{torch::randn({11, 24}), torch::tensor({0, 7, 11}, torch::kInt32)};
  ForwardOptions options;
  options.memory = &memory;
  const Tensor both = model->forward(batch, Tensor(), options);
  auto alone = decoder_batch({3}, {0});
  alone.tokens = sequence(batch.tokens, batch, 1);
  const Memory second{memory.hidden.slice(0, 7), torch::tensor({0, 4}, torch::kInt32)};
  options.memory = &second;
  EXPECT_LE(largest_gap(sequence(both, batch, 1), model->forward(alone, Tensor(), options)), 1e-5);
  EXPECT_THROW(model->forward(batch, Tensor(), options), Error);  // two sequences, one memory
  head::LanguageModel without(decoder_config());
  options.memory = &memory;
  EXPECT_THROW(without->forward(batch, Tensor(), options), Error);
}

TEST(Decoder, EncodersTakeNoCache) {
  auto config = decoder_config();
  config.is_decoder = false;
  head::LanguageModel model(config);
  attention::KeyValueCache cache(2, 1);
  ForwardOptions options;
  options.cache = &cache;
  EXPECT_THROW(model->forward(decoder_batch({3}, {0}), Tensor(), options), Error);
}

}  // namespace
}  // namespace roformer::model
