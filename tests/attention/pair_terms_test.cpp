// Terms by distance in the fused operator against the composed form in float64: forward, the
// gradient of every term, ragged sequences, pieces of keys, refusals.
#include "roformer/attention/pair_terms.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/backward_lanes.h"
#include "roformer/attention/packed_attention.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/packed/second_gradients.h"

namespace roformer::attention {
namespace {

using checkpoint::expect_error;
using torch::Tensor;
using torch::autograd::variable_list;

struct TermCase {
  const char* label;
  std::vector<bool> present;  // in the order of PairTerms::tensors
  bool per_head = true;
};

void PrintTo(const TermCase& c, std::ostream* out) {
  *out << c.label;
}

const TermCase numbers_alone{"numbers", {true, false, false, false, false, false, false}};
const TermCase everything{"everything", {true, true, true, true, true, true, true}};

std::vector<Span> spans_of_lengths(const std::vector<std::int64_t>& lengths, bool causal) {
  std::vector<Span> spans;
  std::int64_t first = 0;
  for (const std::int64_t length : lengths) {
    spans.push_back({first, length, first, length, causal ? 0 : length, 0});
    first += length;
  }
  return spans;
}

struct Setting {
  std::vector<Span> spans;
  PlacedTerms terms;
  Tensor qkv;
};

// Random inputs; the b-th sequence begins at position 3 b.
Setting random_setting(const TermCase& c, const std::vector<std::int64_t>& lengths, bool causal,
                       std::int64_t heads, std::int64_t size) {
  torch::manual_seed(4);
  Setting setting;
  setting.spans = spans_of_lengths(lengths, causal);
  std::int64_t tokens = 0, end = 0;
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    const auto place = static_cast<std::int64_t>(3 * b);
    setting.terms.places.push_back({place, place});
    tokens += lengths[b];
    end = std::max(end, place + lengths[b]);
  }
  const auto [least, count] = distance_range(setting.spans, setting.terms.places);
  setting.terms.least = least - 2;  // tables may have more rows than are needed
  const std::int64_t rows = count + 5, tables = c.per_head ? heads : 1;
  const std::vector<std::vector<std::int64_t>> shapes = {
      {tables, rows}, {tables, rows, size}, {tables, rows, size}, {tables, rows, size},
      {heads, size},  {heads, end, 3},      {heads, end + 1, 3}};
  std::array<Tensor, PairTerms::count> terms;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    if (c.present[t]) terms[t] = 0.7 * torch::randn(shapes[t]);
  }
  setting.terms.terms = PairTerms::of(terms);
  setting.qkv = torch::randn({tokens, 3, heads, size});
  return setting;
}

variable_list inputs_of(const Setting& setting) {
  variable_list inputs = {setting.qkv};
  for (const Tensor& term : setting.terms.terms.tensors()) {
    if (term.defined()) inputs.push_back(term);
  }
  return inputs;
}

// The setting with these inputs in the place of its own.
Setting with_inputs(const Setting& setting, const variable_list& inputs) {
  Setting result = setting;
  result.qkv = inputs[0];
  auto terms = setting.terms.terms.tensors();
  std::size_t next = 1;
  for (Tensor& term : terms) {
    if (term.defined()) term = inputs[next++];
  }
  result.terms.terms = PairTerms::of(terms);
  return result;
}

Tensor fused(const Setting& s, const AttentionOptions& options) {
  return packed_self_attention(s.qkv, s.spans, options, s.terms);
}

Tensor composed(const Setting& s, const AttentionOptions& options) {
  const auto parts = s.qkv.unbind(1);
  return composed_attention(parts[0], parts[1], parts[2], s.spans, options, s.terms);
}

variable_list leaves(const variable_list& values, torch::ScalarType type) {
  variable_list result;
  for (const Tensor& value : values)
    result.push_back(value.detach().to(type).clone().set_requires_grad(true));
  return result;
}

void expect_equal_to_composed(const Setting& setting, const AttentionOptions& options) {
  const variable_list inputs = leaves(inputs_of(setting), torch::kFloat32),
                      exact = leaves(inputs_of(setting), torch::kFloat64);
  const Tensor got = fused(with_inputs(setting, inputs), options),
               expected = composed(with_inputs(setting, exact), options);
  ASSERT_EQ(got.sizes(), expected.sizes());
  EXPECT_LE(packed::relative_gap(got, expected), 3e-6);
  const Tensor slope = torch::randn(got.sizes());
  const auto ours = torch::autograd::grad({(got * slope).sum()}, inputs),
             theirs = torch::autograd::grad({(expected * slope).sum()}, exact);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    // Of a sequence of one token no score has a gradient.
    const double gap = (ours[i] - theirs[i]).norm().item<double>();
    EXPECT_LE(gap, 1e-5 * std::max(1.0, theirs[i].norm().item<double>())) << "input " << i;
  }
}

class FusedTerms : public testing::TestWithParam<TermCase> {};

TEST_P(FusedTerms, EqualTheComposedForm) {
  const std::vector<std::vector<std::int64_t>> batches = {{1}, {49, 97, 2, 16}, {5, 1, 130}};
  for (const auto& lengths : batches) {
    for (const bool causal : {false, true}) {
      for (const double dropout : {0.0, 0.3}) {
        SCOPED_TRACE(testing::Message() << lengths.back() << causal << dropout);
        const std::int64_t size = lengths.back() == 130 ? 34 : 64;
        expect_equal_to_composed(random_setting(GetParam(), lengths, causal, 2, size),
                                 {1 / std::sqrt(static_cast<double>(size)), dropout, 91});
      }
    }
  }
}

// One head of a sequence beyond the smallest piece of keys is cut for several threads.
TEST_P(FusedTerms, PiecesOfKeysAreSummed) {
  for (const bool causal : {false, true})
    expect_equal_to_composed(random_setting(GetParam(), {1300, 700}, causal, 1, 16),
                             {0.25, 0.1, 5});
}

TEST_P(FusedTerms, ThreadsDoNotChangeABit) {
  const Setting setting = random_setting(GetParam(), {600, 50, 90, 33, 20}, true, 3, 16);
  const auto run = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const variable_list inputs = leaves(inputs_of(setting), torch::kFloat32);
    const Tensor out = fused(with_inputs(setting, inputs), {0.2, 0.1, 3});
    auto result = torch::autograd::grad({out.square().sum()}, inputs);
    at::set_num_threads(before);
    result.push_back(out.detach());
    return result;
  };
  const auto one = run(1), two = run(2);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(torch::equal(one[i], two[i])) << i;
}

TEST_P(FusedTerms, SecondGradientsAreThoseOfTheComposedForm) {
  const Setting setting = random_setting(GetParam(), {9, 1, 17}, true, 2, 12);
  packed::expect_second_gradients(
      [&](const auto& in) {
        return fused(with_inputs(setting, in), {0.3, 0.2, 7});
      },
      [&](const auto& in) {
        return composed(with_inputs(setting, in), {0.3, 0.2, 7});
      },
      inputs_of(setting), 3e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Terms, FusedTerms,
    testing::Values(
        numbers_alone,
        TermCase{"numbers_for_all", {true, false, false, false, false, false, false}, false},
        TermCase{"queries", {false, true, false, false, false, false, false}},
        TermCase{"keys", {false, false, true, false, false, false, false}},
        TermCase{"values", {false, false, false, true, false, false, false}},
        TermCase{"rows", {false, false, false, false, false, true, true}},
        TermCase{"shifted", {true, true, false, false, true, false, false}}, everything,
        TermCase{"everything_for_all", {true, true, true, true, true, true, true}, false}),
    [](const auto& info) { return info.param.label; });

// Keys that are no queries, as in a batch with padded places: fewer keys than queries, and more.
TEST(PairTerms, QueriesAndKeysOfDifferentNumbers) {
  Setting setting = random_setting(everything, {40, 40}, false, 2, 16);
  setting.spans = {{0, 40, 0, 25, 25, 0}, {40, 40, 40, 40, 7, 3}};
  expect_equal_to_composed(setting, {0.25, 0, 0});
}

TEST(PairTerms, HalfTypesAreRoundedOnce) {
  const Setting setting = random_setting(everything, {120, 33}, false, 2, 64);
  const Setting half = with_inputs(setting, leaves(inputs_of(setting), torch::kBFloat16)),
                exact = with_inputs(setting, [&] {
                  variable_list rounded;
                  for (const Tensor& input : inputs_of(setting))
                    rounded.push_back(input.to(torch::kBFloat16).to(torch::kFloat64));
                  return rounded;
                }());
  const AttentionOptions options{0.125, 0, 0};
  const Tensor got = fused(half, options);
  EXPECT_EQ(got.scalar_type(), torch::kBFloat16);
  EXPECT_LE(packed::relative_gap(got, composed(exact, options)), 4e-3);
}

TEST(PairTerms, PlacesAreWherePositionsAscend) {
  const auto spans = spans_of_lengths({3, 0, 2}, false);
  const auto places = consecutive_places(torch::tensor({4, 5, 6, 0, 1}), spans);
  ASSERT_TRUE(places.has_value());
  EXPECT_EQ((*places)[0].first_query, 4);
  EXPECT_EQ((*places)[2].first_key, 0);
  EXPECT_FALSE(consecutive_places(torch::tensor({4, 5, 7, 0, 1}), spans).has_value());
  EXPECT_FALSE(consecutive_places(torch::tensor({4, 5, 6, 1, 1}), spans).has_value());
}

TEST(PairTerms, RefusesTablesThatAreTooShort) {
  const Setting setting = random_setting(everything, {9, 4}, false, 2, 8);
  const auto refuse = [&](std::size_t term, const Tensor& value, const char* word) {
    Setting wrong = setting;
    auto terms = setting.terms.terms.tensors();
    terms[term] = value;
    wrong.terms.terms = PairTerms::of(terms);
    expect_error({"[attention] expected", word}, [&] { fused(wrong, {1.0, 0, 0}); });
  };
  refuse(0, torch::zeros({2, 3}), "numbers");
  refuse(1, torch::zeros({2, 17, 8}), "queries");
  refuse(2, torch::zeros({3, 30, 8}), "keys");
  refuse(3, torch::zeros({2, 30, 7}), "values");
  refuse(4, torch::zeros({2, 9}), "shift");
  refuse(5, torch::zeros({2, 8, 3}), "beside queries");
  refuse(6, Tensor(), "of one size");
  Setting wrong = setting;
  wrong.terms.least = 0;
  expect_error({"from distance"}, [&] { fused(wrong, {1.0, 0, 0}); });
  wrong.terms = setting.terms;
  wrong.terms.places.pop_back();
  expect_error({"place for each"}, [&] { fused(wrong, {1.0, 0, 0}); });
}

// Every piece of every head once, whatever is summed up.
TEST(BackwardLanes, EachPieceOnce) {
  const auto spans = spans_of_lengths({1500, 40, 0, 700}, true);
  for (const bool summed : {false, true}) {
    for (const std::int64_t heads : {1, 3, 40}) {
      const BackwardLanes lanes = make_lanes(spans, heads, summed);
      std::vector<std::vector<std::int64_t>> keys(static_cast<std::size_t>(heads),
                                                  std::vector<std::int64_t>(spans.size(), 0));
      std::int64_t partial_rows = 0;
      for (const BackwardLane& lane : lanes.lanes) {
        EXPECT_LT(lane.number, lanes.lanes_a_head);
        for (const KeyPiece& piece : lane.pieces) {
          keys[static_cast<std::size_t>(lane.head)][piece.span] +=
              piece.keys.end - piece.keys.begin;
          EXPECT_LE(piece.keys.end - piece.keys.begin, lanes.longest_piece);
          if (piece.number > 0) partial_rows += spans[piece.span].num_queries;
        }
      }
      EXPECT_EQ(partial_rows, lanes.partial_rows);
      for (const auto& of_head : keys)
        EXPECT_EQ(of_head, (std::vector<std::int64_t>{1500, 40, 0, 700}));
    }
  }
  EXPECT_TRUE(make_lanes({}, 4, true).lanes.empty());
}

}  // namespace
}  // namespace roformer::attention
