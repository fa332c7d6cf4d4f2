// The rotary encoding: its scalings, xPos, features of linear attention, gradients, refusals.
#include "roformer/position/rotary.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/model/encoder.h"
#include "roformer/rope/rotation.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::position {
namespace {

using torch::Tensor;

EncodingOptions rotary_options(const std::string& scaling = "none") {
  EncodingOptions options;
  options.settings.rope_scaling = scaling;
  if (scaling != "none") options.settings.rope_options.factor = 4;
  options.settings.rope_options.short_factor = {1, 1.1, 1.2, 1.3};
  options.settings.rope_options.long_factor = {1, 2, 3, 4};
  options.settings.rope_options.partial_factor = scaling == "proportional" ? 0.5 : 1;
  options.head_size = 8;
  options.max_positions = 64;
  return options;
}

Tensor random_heads(std::int64_t tokens, std::int64_t size = 8) {
  return torch::randn({tokens, 2, size}, torch::kFloat64);
}

// Scores (T, T) of one head at `positions`.
Tensor scores_at(PositionEncoding& encoding, const Tensor& q, const Tensor& k,
                 const Tensor& positions) {
  const auto prepared = encoding.prepare(positions, torch::kFloat64);
  return torch::matmul(encoding.transform(q, prepared, Role::query, 0).select(1, 0),
                       encoding.transform(k, prepared, Role::key, 0).select(1, 0).t());
}

double distance_between(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(Rotary, ScalingsAreRopes) {
  const auto positions = torch::tensor({0, 5, 99});
  for (const std::string& name : rope::scaling_names()) {
    const auto options = rotary_options(name);
    const auto owner = make_encoding(options);
    PositionEncoding& encoding = *owner;
    const auto frequencies =
        rope::scaled_frequencies(8, 10000, scaling_of(options.settings, 64), 100);
    const auto prepared = encoding.prepare(positions, torch::kFloat64);
    for (std::int64_t i = 0; i < 4; ++i) {
      const double angle = 99 * frequencies.inverse[static_cast<std::size_t>(i)];
      EXPECT_NEAR(prepared.prepared[0][2][i].item<double>(),
                  frequencies.attention_factor * std::cos(angle), 1e-13)
          << name;
      EXPECT_NEAR(prepared.prepared[1][2][i].item<double>(),
                  frequencies.attention_factor * std::sin(angle), 1e-13)
          << name;
    }
  }
}

// The length is that of the pass: within 64 positions dynamic and longrope are as in training.
TEST(Rotary, LengthDecidesForDynamicAndLongrope) {
  for (const char* name : {"dynamic", "longrope"}) {
    const auto owner = make_encoding(rotary_options(name));
    PositionEncoding& encoding = *owner;
    const auto angle = [&](std::int64_t last) {
      const auto prepared =
          encoding.prepare(torch::tensor({std::int64_t{1}, last}), torch::kFloat64);
      return std::asin(prepared.prepared[1][0][3].item<double>());
    };
    EXPECT_EQ(angle(5), angle(63)) << name;
    EXPECT_GT(angle(63), angle(64)) << name;
  }
}

// A batch's sequences turn as each of them alone, whatever their neighbours' lengths; padded places
// that nobody sees and what is yet to be read of a prompt are no neighbours either.
TEST(Rotary, EachSequenceHasItsOwnLength) {
  for (const char* name : {"dynamic", "longrope"}) {
    for (const double xpos : {0.0, 512.0}) {
      auto options = rotary_options(name);
      options.settings.xpos_scale_base = xpos;
      options.causal = true;
      const auto owner = make_encoding(options);
      PositionEncoding& encoding = *owner;
      packed::PackedBatch batch;
      batch.position_ids =
          torch::cat({torch::arange(90), torch::arange(20), torch::arange(70, 71)});
      batch.cu_seqlens = torch::tensor({0, 90, 90, 110, 111}, torch::kInt32);
      const auto whole = encoding.prepare_batch(batch, torch::kFloat64);
      for (const auto& [first, end] : {std::pair{0, 90}, {90, 110}, {110, 111}}) {
        const auto alone =
            encoding.prepare(batch.position_ids.slice(0, first, end), torch::kFloat64);
        ASSERT_EQ(whole.prepared.size(), alone.prepared.size());
        for (std::size_t i = 0; i < alone.prepared.size(); ++i)
          EXPECT_TRUE(torch::equal(whole.prepared[i].slice(0, first, end), alone.prepared[i]))
              << name;
      }
      batch.num_keys = torch::tensor({30, 0, 20, 1}, torch::kInt32);
      const auto unseen = encoding.prepare_batch(batch, torch::kFloat64).prepared[1];
      EXPECT_FALSE(torch::equal(unseen, whole.prepared[1]));
      batch.lengths = torch::tensor({90, 0, 20, 71}, torch::kInt64);
      EXPECT_TRUE(torch::equal(encoding.prepare_batch(batch, torch::kFloat64).prepared[1],
                               whole.prepared[1]));
    }
  }
  packed::PackedBatch none;
  none.position_ids = torch::empty({0}, torch::kInt64);
  none.cu_seqlens = torch::zeros({1}, torch::kInt32);
  EXPECT_EQ(
      make_encoding(rotary_options("dynamic"))->prepare_batch(none, torch::kFloat32).ids.numel(),
      0);
}

// Rotation by angles that are linear in the position (and xPos' powers) knows the distance alone.
TEST(Rotary, ShiftOfAllPositionsLeavesScores) {
  torch::manual_seed(1);
  const auto q = random_heads(6), k = random_heads(6);
  const auto positions = torch::tensor({0, 1, 2, 7, 30, 50});
  auto cases = std::vector<EncodingOptions>();
  for (const char* name : {"none", "linear", "ntk", "yarn", "llama3", "proportional"})
    cases.push_back(rotary_options(name));
  cases.push_back(rotary_options());
  cases.back().settings.xpos_scale_base = 512;
  cases.back().causal = true;
  for (const EncodingOptions& options : cases) {
    for (const bool interleaved : {true, false}) {
      auto laid_out = options;
      laid_out.settings.rotary_interleaved = interleaved;
      const auto owner = make_encoding(laid_out);
      PositionEncoding& encoding = *owner;
      const auto expected = scores_at(encoding, q, k, positions);
      EXPECT_GT(distance_between(expected, scores_at(encoding, q, k, 2 * positions)), 0.1);
      for (const std::int64_t shift : {1, 13, 1000})
        EXPECT_LE(distance_between(scores_at(encoding, q, k, positions + shift), expected), 1e-9)
            << options.settings.rope_scaling << ", " << shift;
    }
  }
}

TEST(Rotary, PackedEqualsEachRoleWithXposAndScalings) {
  torch::manual_seed(2);
  for (const bool values : {false, true}) {
    auto options = rotary_options("yarn");
    options.settings.rotary_value = values;
    options.settings.xpos_scale_base = 512;
    options.causal = true;
    const auto owner = make_encoding(options);
    PositionEncoding& encoding = *owner;
    const auto positions = encoding.prepare(torch::tensor({0, 1, 70}), torch::kFloat64);
    const auto qkv = torch::randn({3, 3, 2, 8}, torch::kFloat64);
    const auto packed = encoding.transform_packed(qkv.clone(), positions, 0);
    for (const auto role : {Role::query, Role::key, Role::value}) {
      const auto part = static_cast<std::int64_t>(role);
      EXPECT_TRUE(torch::equal(packed.select(1, part),
                               encoding.transform(qkv.select(1, part), positions, role, 0)));
    }
    EXPECT_EQ(torch::equal(packed.select(1, 2), qkv.select(1, 2)), !values);
  }
}

TEST(Rotary, GradientByFiniteDifferences) {
  torch::manual_seed(3);
  auto options = rotary_options("yarn");
  options.settings.xpos_scale_base = 16;
  options.causal = true;
  const auto owner = make_encoding(options);
  PositionEncoding& encoding = *owner;
  const auto positions = encoding.prepare(torch::tensor({0, 9, 40}), torch::kFloat64);
  const auto weight = torch::randn({3, 3, 1, 8}, torch::kFloat64);
  const auto value = [&](const Tensor& x) {
    return (encoding.transform_packed(x * 1, positions, 0).pow(2) * weight).sum();
  };
  auto x = torch::randn({3, 3, 1, 8}, torch::kFloat64).set_requires_grad(true);
  const auto gradient = torch::autograd::grad({value(x)}, {x})[0];
  constexpr double kStep = 1e-6;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    auto up = x.detach().clone(), down = x.detach().clone();
    up.view(-1)[i] += kStep;
    down.view(-1)[i] -= kStep;
    const double slope = (value(up) - value(down)).item<double>() / (2 * kStep);
    const double expected = gradient.view(-1)[i].item<double>();
    EXPECT_NEAR(slope, expected, 1e-6 * std::max(1.0, std::abs(expected)));
  }
}

// Eq. 19: angles for the features, not for the head.
TEST(Rotary, FeaturesTurnInPlaceOfTheHead) {
  for (const bool interleaved : {true, false}) {
    auto options = rotary_options();
    options.feature_size = 12;
    options.settings.rotary_interleaved = interleaved;
    const auto owner = make_encoding(options);
    PositionEncoding& encoding = *owner;
    EXPECT_FALSE(encoding.transforms());
    const auto ids = torch::tensor({0, 3, 8});
    const auto positions = encoding.prepare(ids, torch::kFloat64);
    const auto features = random_heads(3, 12);
    const auto expected = rope::rotate_composed(
        features, rope::angles(ids, 12, 10000, torch::kFloat64),
        interleaved ? rope::PairLayout::interleaved : rope::PairLayout::half_split);
    const auto rotation = encoding.feature_rotation(positions);
    ASSERT_TRUE(rotation.has_value());
    EXPECT_LE(
        distance_between(rope::rotate(features, rotation->angles, rotation->layout), expected),
        1e-14);
    const auto qkv = torch::randn({3, 3, 2, 8}, torch::kFloat64);
    EXPECT_TRUE(torch::equal(encoding.transform_packed(qkv.clone(), positions, 0), qkv));
  }
  const auto plain_owner = make_encoding(rotary_options());
  PositionEncoding& plain = *plain_owner;
  EXPECT_FALSE(plain.feature_rotation(plain.prepare(torch::arange(3), torch::kFloat64)));
  EXPECT_TRUE(plain.transforms());
}

// A decoder with xPos that reads token by token says what it says of the whole text.
TEST(Rotary, XposWithCacheEqualsWhole) {
  model::EncoderConfig config = model::preset("roformer-tiny");
  config.vocab_size = 20;
  config.hidden_size = config.embedding_size = 32;
  config.num_attention_heads = 4;
  config.num_hidden_layers = 2;
  config.intermediate_size = 64;
  config.max_position_embeddings = 16;
  config.initializer_range = 0.3;
  config.is_decoder = true;
  config.encoding.xpos_scale_base = 8;  // strong enough to be seen
  torch::manual_seed(4);
  model::Encoder decoder(config);
  decoder->to(torch::kFloat64);
  decoder->eval();
  const torch::NoGradGuard no_gradient;
  const auto tokens = torch::randint(1, 20, {11});
  const auto part = [&](std::int64_t begin, std::int64_t end) {
    packed::PackedBatch batch;
    batch.tokens = tokens.slice(0, begin, end);
    batch.cu_seqlens = torch::tensor({std::int64_t{0}, end - begin}, torch::kInt32);
    batch.position_ids = torch::arange(begin, end);
    batch.segment_ids = torch::zeros({end - begin}, torch::kInt64);
    return batch;
  };
  const auto whole = decoder->forward(part(0, 11));
  attention::KeyValueCache cache(2, 1);
  model::ForwardOptions options;
  options.cache = &cache;
  std::vector<Tensor> pieces = {decoder->forward(part(0, 4), options)};
  for (std::int64_t i = 4; i < 11; ++i) pieces.push_back(decoder->forward(part(i, i + 1), options));
  EXPECT_LE(distance_between(torch::cat(pieces), whole), 1e-12);
  config.encoding.xpos_scale_base = 0;
  model::Encoder plain(config);
  plain->to(torch::kFloat64);
  for (auto& [name, parameter] : plain->named_parameters().pairs())
    parameter.copy_(decoder->named_parameters()[name]);
  plain->eval();
  EXPECT_GT(distance_between(plain->forward(part(0, 11)), whole), 1e-3);
}

TEST(Rotary, RefusesWhatDoesNotFit) {
  const auto refuse = [](std::initializer_list<const char*> words, const EncodingOptions& options) {
    checkpoint::expect_error(words, [&] { make_encoding(options); });
  };
  auto options = rotary_options();
  options.settings.xpos_scale_base = 512;
  refuse({"xpos_scale_base = 0", "both ways", "512"}, options);
  options = rotary_options();
  options.feature_size = 7;
  refuse({"number of features 7", "7"}, options);
  options = rotary_options("longrope");
  options.settings.rope_options.long_factor.pop_back();
  refuse({"4 numbers in long_factor", "3"}, options);
  options = rotary_options("yarn");
  options.max_positions = 0;
  refuse({"original_length"}, options);
}

TEST(Rotary, SettingsAreValidated) {
  EncodingSettings settings;
  settings.rope_options.factor = 2;
  checkpoint::expect_error({"rope_scaling for rope_factor = 2"}, [&] { validate(settings); });
  settings.rope_scaling = "linear";
  EXPECT_NO_THROW(validate(settings));
  settings.rope_scaling = "lineal";
  checkpoint::expect_error({"rope_scaling", "'lineal'"}, [&] { validate(settings); });
}

}  // namespace
}  // namespace roformer::position
