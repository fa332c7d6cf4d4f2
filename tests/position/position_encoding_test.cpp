// What the hooks of all encodings have in common, one by one: gradients, distances alone, memory,
// refusals.
#include "roformer/position/position_encoding.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/attention/packed_attention.h"
#include "roformer/base/error.h"
#include "roformer/position/distances.h"
#include "tests/packed/peak_memory.h"
#include "tests/position/drawn_encoding.h"
#include "tests/position/plain_options.h"
#include "tests/position/variants.h"

namespace roformer::position {
namespace {

using torch::Tensor;

EncodingOptions hook_options(const EncodingSettings& settings, bool causal = false) {
  EncodingOptions options;
  options.settings = settings;
  options.vocab_size = 9;
  options.num_heads = 2;
  options.head_size = 4;
  options.embedding_size = options.hidden_size = 8;
  options.num_layers = 2;
  options.max_positions = 64;
  options.causal = causal;
  return options;
}

class EveryEncoding : public testing::TestWithParam<Variant> {
 protected:
  std::shared_ptr<PositionEncoding> make(bool causal = false) const {
    torch::manual_seed(7);
    auto encoding = drawn_encoding(hook_options(GetParam().settings, causal), 0.4);
    encoding->to(torch::kFloat64);
    const torch::NoGradGuard no_gradient;
    for (Tensor& parameter : encoding->parameters())
      parameter.add_(0.3 * torch::randn_like(parameter));
    return encoding;
  }
};

// Embeddings, projected q, k, v, the layer's own products.
struct Leaves {
  std::vector<Tensor> tensors;

  static Leaves random(std::int64_t tokens) {
    Leaves leaves;
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{
             {tokens, 8}, {tokens, 2, 4}, {tokens, 2, 4}, {tokens, 2, 4}, {8, 8}, {8}, {8, 8}, {8}})
      leaves.tensors.push_back(torch::randn(shape, torch::kFloat64));
    return leaves;
  }
};

// Of heads of four numbers.
attention::AttentionOptions options_of(const PositionEncoding& encoding) {
  return {1 / encoding.score_divisor(4), 0, 0, encoding.pair_product()};
}

// A number made of all hooks of layer 1.
Tensor through_all_hooks(PositionEncoding& encoding, const Leaves& leaves, const Tensor& ids,
                         const std::vector<attention::Span>& spans) {
  const auto& t = leaves.tensors;
  const Positions positions = encoding.prepare(ids, torch::kFloat64);
  const Tensor tokens = torch::arange(ids.size(0)).remainder(9);
  const Tensor x = encoding.enter_block(encoding.embed(t[0], tokens, positions), positions, 1);
  const auto moved = [&](const Tensor& y, Role role) {
    return encoding.transform(y, positions, role, 1);
  };
  attention::AttentionTerms terms;
  const Projections projections{t[4], t[5], t[6], t[7]};
  if (encoding.acts_on_scores())
    terms.score_bias = [&](const Tensor& q, const Tensor& k, const Tensor& m, const Tensor& n) {
      return encoding.score_bias({q, k, m, n, 1, projections});
    };
  if (encoding.acts_on_values())
    terms.value_term = [&](const Tensor& weights, const Tensor& m, const Tensor& n) {
      return encoding.value_term({weights, m, n, 1});
    };
  terms.q_positions = terms.k_positions = ids;
  const Tensor y =
      attention::composed_attention(moved(t[1], Role::query), moved(t[2], Role::key),
                                    moved(t[3], Role::value), spans, options_of(encoding), terms);
  const auto weigh = [](const Tensor& z) {
    return (z.flatten() * torch::arange(1, z.numel() + 1, torch::kFloat64).cos()).sum();
  };
  return weigh(x) + weigh(y);
}

// Autograd along a random direction of every input and parameter against central differences, with
// positions that ascend (two sequences of a group, one alone) and with positions in disorder.
TEST_P(EveryEncoding, GradientByFiniteDifferences) {
  const Tensor cu_seqlens = torch::tensor({0, 5, 10, 13}, torch::kInt32);
  const auto spans = attention::self_spans(cu_seqlens, 13, attention::Visibility::two_sided);
  const auto ascending = torch::cat({torch::arange(5), torch::arange(5), torch::arange(3)});
  const auto disorder = torch::tensor({0, 7, 2, 9, 1, 3, 0, 50, 4, 4, 0, 2, 1});
  for (const auto& ids : {ascending, disorder}) {
    const auto encoding = make();
    const Leaves leaves = Leaves::random(13);
    std::vector<Tensor> places = leaves.tensors, directions;
    for (const Tensor& parameter : encoding->parameters()) places.push_back(parameter);
    for (Tensor& place : places) {
      place.requires_grad_(true);
      directions.push_back(torch::randn_like(place).detach());
    }
    const auto move = [&](double step) {
      const torch::NoGradGuard no_gradient;
      for (std::size_t i = 0; i < places.size(); ++i) places[i].add_(step * directions[i]);
    };
    const auto gradients = torch::autograd::grad({through_all_hooks(*encoding, leaves, ids, spans)},
                                                 places, {}, {}, false, /*allow_unused=*/true);
    double along = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (gradients[i].defined()) along += (gradients[i] * directions[i]).sum().item<double>();
    }
    const double h = 1e-6;
    move(h);
    const double above = through_all_hooks(*encoding, leaves, ids, spans).item<double>();
    move(-2 * h);
    const double below = through_all_hooks(*encoding, leaves, ids, spans).item<double>();
    EXPECT_NEAR(along, (above - below) / (2 * h), 2e-7 * std::max(1.0, std::abs(along)));
  }
}

// Every parameter of the layer or of the model has a gradient that is not 0, but for TUPE's θ1, which
// softmax does not see.
TEST_P(EveryEncoding, EveryParameterOfTheLayerIsReached) {
  const auto encoding = make();
  if (encoding->parameters().empty()) GTEST_SKIP();
  const Tensor cu_seqlens = torch::tensor({0, 12}, torch::kInt32);
  const auto spans = attention::self_spans(cu_seqlens, 12, attention::Visibility::two_sided);
  through_all_hooks(*encoding, Leaves::random(12), torch::arange(12), spans).backward();
  for (const auto& item : encoding->named_parameters()) {
    if (item.key().starts_with("layer.0.") || item.key() == "first_row") continue;
    const Tensor gradient = item.value().grad();
    ASSERT_TRUE(gradient.defined()) << item.key();
    EXPECT_GT(gradient.abs().max().item<double>(), 1e-9) << item.key();
  }
}

// Scores of some tens from tables and products of bfloat16: the result is rounded, and nothing on
// the way to it.
TEST_P(EveryEncoding, HalfTypesAreRoundedOnce) {
  const auto encoding = make();
  if (!acts_on_single_scores(GetParam().settings)) GTEST_SKIP();
  const auto spans = attention::self_spans(torch::tensor({0, 40, 60}, torch::kInt32), 60,
                                           attention::Visibility::two_sided);
  const Tensor ids = torch::cat({torch::arange(40), torch::arange(20)});
  const Tensor qkv = torch::randn({60, 3, 2, 4}, torch::kFloat64) * 4;
  const Tensor weight = torch::randn({8, 8}, torch::kFloat64);
  const auto attend = [&](torch::ScalarType type) {
    encoding->to(type);
    const auto rounded = [&](const Tensor& x) { return x.to(torch::kBFloat16).to(type); };
    const Projections projections{rounded(weight), {}, rounded(weight), {}};
    attention::AttentionTerms terms;
    if (encoding->acts_on_scores())
      terms.score_bias = [&](const Tensor& q, const Tensor& k, const Tensor& m, const Tensor& n) {
        return encoding->score_bias({q, k, m, n, 1, projections});
      };
    if (encoding->acts_on_values())
      terms.value_term = [&](const Tensor& weights, const Tensor& m, const Tensor& n) {
        return encoding->value_term({weights, m, n, 1});
      };
    terms.q_positions = terms.k_positions = ids;
    const auto parts = rounded(qkv).unbind(1);
    return attention::composed_attention(parts[0], parts[1], parts[2], spans, options_of(*encoding),
                                         terms);
  };
  const Tensor half = attend(torch::kBFloat16), exact = attend(torch::kFloat64);
  EXPECT_EQ(half.scalar_type(), torch::kBFloat16);
  EXPECT_LE(((half - exact).norm() / exact.norm()).item<double>(), 3e-3);
}

ScoreInputs random_inputs(std::int64_t groups, const Tensor& q_ids, const Tensor& k_ids) {
  const auto draw = [&](std::int64_t tokens) {
    return torch::randn({groups, 2, tokens, 4}, torch::kFloat64);
  };
  const Projections projections{
      torch::randn({8, 8}, torch::kFloat64), {}, torch::randn({8, 8}, torch::kFloat64), {}};
  const auto rows = [&](const Tensor& ids) { return ids.expand({groups, -1}).contiguous(); };
  return {draw(q_ids.size(0)), draw(k_ids.size(0)), rows(q_ids), rows(k_ids), 1, projections};
}

bool sees_distances_alone(const PositionEncoding& encoding, const std::string& label) {
  return encoding.acts_on_scores() && !label.starts_with("tupe");
}

TEST_P(EveryEncoding, DistancesAloneMatter) {
  for (const bool causal : {false, true}) {
    const auto encoding = make(causal);
    if (!sees_distances_alone(*encoding, GetParam().label)) GTEST_SKIP();
    ScoreInputs inputs = random_inputs(2, torch::arange(9), torch::arange(11));
    const Tensor before = encoding->score_bias(inputs);
    const Tensor weights = torch::rand({2, 2, 9, 11}, torch::kFloat64);
    Tensor values;
    if (encoding->acts_on_values())
      values = encoding->value_term({weights, inputs.q_positions, inputs.k_positions, 1});
    inputs.q_positions = inputs.q_positions + 40;
    inputs.k_positions = inputs.k_positions + 40;
    EXPECT_TRUE(torch::equal(encoding->score_bias(inputs), before));
    if (values.defined()) {
      const Tensor shifted =
          encoding->value_term({weights, inputs.q_positions, inputs.k_positions, 1});
      EXPECT_TRUE(torch::equal(shifted, values));
    }
    inputs.k_positions = inputs.k_positions + 1;
    EXPECT_FALSE(torch::equal(encoding->score_bias(inputs), before));
  }
}

// Shifted rows for consecutive positions, a gather for others, each sequence's own distances: all
// give the same number to the same pair.
TEST_P(EveryEncoding, AnyOrderOfTokensGivesThePairItsNumber) {
  for (const bool causal : {false, true}) {
    const auto encoding = make(causal);
    if (!encoding->acts_on_scores()) GTEST_SKIP();
    ScoreInputs inputs = random_inputs(2, torch::arange(3, 12), torch::arange(13));
    const Tensor expected = encoding->score_bias(inputs).expand({2, 2, 9, 13});
    const Tensor q_order = torch::randperm(9, torch::kInt64),
                 k_order = torch::randperm(13, torch::kInt64);
    ScoreInputs shuffled = inputs;
    shuffled.q = inputs.q.index_select(2, q_order);
    shuffled.k = inputs.k.index_select(2, k_order);
    shuffled.q_positions = inputs.q_positions.index_select(1, q_order);
    shuffled.k_positions = inputs.k_positions.index_select(1, k_order);
    const auto in_order = [&](const Tensor& x) {
      return x.index_select(2, q_order).index_select(3, k_order);
    };
    const auto gap = [](const Tensor& a, const Tensor& b) {
      return (a - b).abs().max().item<double>();
    };
    EXPECT_LE(gap(encoding->score_bias(shuffled).expand({2, 2, 9, 13}), in_order(expected)), 1e-12);
    // One sequence in order, the other not.
    const auto mixed = [](const Tensor& a, const Tensor& b) {
      return torch::cat({a.narrow(0, 0, 1), b.narrow(0, 1, 1)});
    };
    ScoreInputs both{mixed(inputs.q, shuffled.q),
                     mixed(inputs.k, shuffled.k),
                     mixed(inputs.q_positions, shuffled.q_positions),
                     mixed(inputs.k_positions, shuffled.k_positions),
                     1,
                     inputs.projections};
    const Tensor got = encoding->score_bias(both).expand({2, 2, 9, 13});
    EXPECT_LE(gap(got, mixed(expected, in_order(expected))), 1e-12);
    if (!encoding->acts_on_values()) continue;
    const Tensor weights = torch::rand({2, 2, 9, 13}, torch::kFloat64);
    const auto value = [&](const Tensor& w, const ScoreInputs& at) {
      return encoding->value_term({w, at.q_positions, at.k_positions, 1});
    };
    EXPECT_LE(
        gap(value(in_order(weights), shuffled), value(weights, inputs).index_select(2, q_order)),
        1e-12);
  }
}

TEST_P(EveryEncoding, EmptySequencesAreNoTrouble) {
  const auto encoding = make();
  EXPECT_EQ(encoding->prepare(torch::empty({0}, torch::kInt64), torch::kFloat64).ids.numel(), 0);
  if (!encoding->acts_on_scores()) return;
  const auto none = torch::empty({0}, torch::kInt64);
  EXPECT_EQ(encoding->score_bias(random_inputs(1, none, none)).numel(), 0);
}

TEST(MemoryWatch, SeesATensorOfAllPairs) {
  EXPECT_GE(packed::peak_memory([] { torch::ones({100, 100, 16}); }), 100 * 100 * 16 * 4);
}

// A (T, T, D) tensor in float32 has 256 bytes a pair here; scores 4, indices 8.
TEST_P(EveryEncoding, NoTensorOfAllPairsAndDimensions) {
  constexpr std::int64_t tokens = 256, size = 64;
  auto options = hook_options(GetParam().settings);
  options.num_heads = 1;
  options.head_size = options.hidden_size = options.embedding_size = size;
  options.max_positions = 2 * tokens;
  options.settings.music_distance = options.settings.deberta_distance = tokens;
  options.settings.shaw_clip = options.settings.nezha_clip = tokens;
  const auto encoding = drawn_encoding(options, 0.4);
  const torch::NoGradGuard no_gradient;
  const Tensor q = torch::randn({1, 1, tokens, size}), product = torch::randn({size, size});
  const Tensor in_order = torch::arange(tokens).unsqueeze(0);
  for (const Tensor& ids : {in_order, in_order.flip(1)}) {
    const auto peak = packed::peak_memory([&] {
      if (encoding->acts_on_scores())
        encoding->score_bias({q, q, ids, ids, 0, {product, {}, product, {}}});
      if (encoding->acts_on_values())
        encoding->value_term({torch::ones({1, 1, tokens, tokens}), ids, ids, 0});
    });
    EXPECT_LE(peak, 64 * tokens * tokens) << static_cast<double>(peak) / (tokens * tokens);
  }
}

// What begins as numbers of no certain values is drawn, and no other parameter is.
TEST_P(EveryEncoding, SaysWhichWeightsAreDrawn) {
  const auto encoding = drawn_encoding(hook_options(GetParam().settings), 0.4);
  for (const auto& item : encoding->named_parameters()) {
    const bool constant = item.key().ends_with("bias") || item.key().starts_with("LayerNorm") ||
                          GetParam().settings.name == "complex";
    EXPECT_EQ(encoding->is_drawn(item.key()), !constant) << item.key();
    EXPECT_TRUE(torch::isfinite(item.value()).all().item<bool>()) << item.key();
    if (item.key().ends_with("bias")) {
      EXPECT_TRUE(item.value().eq(0).all().item<bool>()) << item.key();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Position, EveryEncoding, testing::ValuesIn(all_variants()),
                         [](const auto& info) { return info.param.label; });

TEST(Encodings, AllSixteenHaveAVariant) {
  std::vector<std::string> names;
  for (const Variant& variant : all_variants()) {
    if (names.empty() || names.back() != variant.settings.name)
      names.push_back(variant.settings.name);
  }
  EXPECT_EQ(names, encoding_names());
  EXPECT_EQ(names.size(), 16u);
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Encodings, APositionBeyondATableNamesTheKey) {
  for (const char* name : {"learned", "huang", "tupe"}) {
    EncodingSettings settings;
    settings.name = name;
    const auto encoding = drawn_encoding(hook_options(settings));
    encoding->prepare(torch::tensor({0, 63}), torch::kFloat32);
    const auto message = message_of([&] {
      encoding->prepare(torch::tensor({3, 64}), torch::kFloat32);
    });
    EXPECT_NE(message.find("max_position_embeddings"), std::string::npos) << name << message;
    EXPECT_NE(message.find("64"), std::string::npos) << name << message;
    EXPECT_THROW(encoding->prepare(torch::tensor({-1}), torch::kFloat32), Error);
    auto without = hook_options(settings);
    without.max_positions = 0;
    EXPECT_THROW(make_encoding(without), Error) << name;
  }
}

TEST(Encodings, OddSizesAreRefusedWhereNumbersComeInPairs) {
  for (const char* name :
       {"sinusoidal", "transformer_xl", "nezha", "rotary", "complex", "floater"}) {
    EncodingSettings settings;
    settings.name = name;
    auto options = hook_options(settings);
    options.num_heads = 1;
    options.head_size = options.hidden_size = options.embedding_size = 7;
    EXPECT_THROW(make_encoding(options), Error) << name;
  }
}

TEST(PositionEncoding, RotaryPackedEqualsEachRole) {
  for (const bool values : {false, true}) {
    auto options = plain_options("rotary");
    options.settings.rotary_value = values;
    options.settings.rotary_dim = 6;
    const auto encoding = make_encoding(options);
    const auto positions = encoding->prepare(torch::tensor({0, 1, 70000}), torch::kFloat32);
    const auto qkv = torch::randn({3, 3, 2, 8});
    const auto expected = encoding->PositionEncoding::transform_packed(qkv.clone(), positions, 0);
    EXPECT_TRUE(torch::equal(encoding->transform_packed(qkv.clone(), positions, 0), expected));
    EXPECT_EQ(torch::equal(expected.select(1, 2), qkv.select(1, 2)), !values);
    EXPECT_TRUE(torch::equal(expected.slice(3, 6), qkv.slice(3, 6)));  // the rest of the head stays
  }
}

TEST(PositionEncoding, NoneChangesNothing) {
  const auto encoding = make_encoding(plain_options("none"));
  const auto positions = encoding->prepare(torch::arange(3), torch::kFloat32);
  const auto x = torch::randn({3, 12});
  EXPECT_TRUE(encoding->embed(x, {}, positions).is_same(x));
  EXPECT_FALSE(encoding->transforms() || encoding->acts_on_scores() || encoding->acts_on_values());
  EXPECT_DOUBLE_EQ(encoding->score_divisor(16), 4.0);
  EXPECT_THROW(encoding->score_bias({x, x, x, x}), Error);
}

TEST(PositionEncoding, RefusesWhatDoesNotFit) {
  EXPECT_THROW(make_encoding(plain_options("rotarry")), Error);
  auto odd = plain_options("rotary");
  odd.head_size = 7;
  EXPECT_THROW(make_encoding(odd), Error);
  odd = plain_options("rotary");
  odd.settings.rotary_dim = 10;
  EXPECT_THROW(make_encoding(odd), Error);
  odd = plain_options("sinusoidal");
  odd.embedding_size = 7;
  EXPECT_THROW(make_encoding(odd), Error);
}

}  // namespace
}  // namespace roformer::position
