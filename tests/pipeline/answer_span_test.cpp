#include "roformer/pipeline/answer_span.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "roformer/base/random.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::pipeline {
namespace {

struct SpanCase {
  std::vector<std::vector<float>> logits;
  std::vector<AnswerWindow> windows;
};

// Of few different numbers there are many ties.
SpanCase random_case(std::uint64_t seed, std::uint64_t different) {
  SpanCase made;
  std::uint64_t draw = 0;
  const auto below = [&](std::uint64_t bound) { return base::uniform_below(seed, draw++, bound); };
  const std::uint64_t count = 1 + below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t begin = 1 + below(4), size = 1 + below(9), tokens = begin + size + 1;
    auto& logits = made.logits.emplace_back();
    for (std::size_t j = 0; j < 2 * tokens; ++j)
      logits.push_back(static_cast<float>(below(different)) / 4 - 3);
    made.windows.push_back({{}, {begin, begin + size}});
  }
  for (std::size_t i = 0; i < made.windows.size(); ++i) made.windows[i].logits = made.logits[i];
  return made;
}

// Every span of every window, put down and sorted by what is wanted of them.
AnswerSpan by_hand(const SpanCase& given, std::int64_t most) {
  std::vector<AnswerSpan> all;
  for (std::size_t w = 0; w < given.windows.size(); ++w) {
    const auto& [logits, context] = given.windows[w];
    for (std::size_t first = 0; first < logits.size() / 2; ++first) {
      for (std::size_t last = 0; last < logits.size() / 2; ++last) {
        const bool is_span = first >= context.begin && last < context.end && first <= last &&
                             static_cast<std::int64_t>(last - first) < most;
        if (is_span) all.push_back({w, first, last, logits[2 * first] + logits[2 * last + 1]});
      }
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.logit > b.logit; });
  return all.front();
}

TEST(AnswerSpans, TheBestOfAll) {
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const SpanCase given = random_case(seed, seed % 2 == 0 ? 3 : 1000);
    for (const std::int64_t most : {1, 2, 30}) {
      const AnswerSpan expected = by_hand(given, most), found = best_span(given.windows, most);
      EXPECT_EQ(found.logit, expected.logit);
      EXPECT_EQ(found.window, expected.window) << "seed " << seed;
      EXPECT_EQ(found.first, expected.first) << "seed " << seed;
      EXPECT_EQ(found.last, expected.last) << "seed " << seed;
    }
  }
}

TEST(AnswerSpans, OneTokenIsItsOwnAnswer) {
  const std::vector<float> logits{5, 5, -1, -2, 9, 9};
  const std::vector<AnswerWindow> windows{{logits, {1, 2}}};
  const auto span = best_span(windows, 30);
  EXPECT_EQ(span.first, 1u);
  EXPECT_EQ(span.last, 1u);
  EXPECT_EQ(span.logit, -3);
}

TEST(AnswerSpans, NoneWhereTheLeastNullIsAbove) {
  const std::vector<float> sure{9, 9, 1, 1}, unsure{1, 1, 0, 0};
  const std::vector<AnswerWindow> both{{sure, {1, 2}}, {unsure, {1, 2}}};
  EXPECT_EQ(null_span(both).window, 1u);
  EXPECT_TRUE(choose_span(both, 30, true).has_value()) << "alike: the span";
  const std::vector<AnswerWindow> one{{sure, {1, 2}}};
  EXPECT_FALSE(choose_span(one, 30, true).has_value());
  EXPECT_TRUE(choose_span(one, 30, false).has_value());
}

TEST(AnswerSpans, ProbabilitiesAreOfTheFirstTokenAndTheContext) {
  const std::vector<float> logits{0, 1, 100, 100, 2, 0, 1, 3, 100, 100};
  const std::vector<AnswerWindow> windows{{logits, {2, 4}}};
  const double begins = std::exp(2) / (1 + std::exp(2) + std::exp(1));
  const double ends = std::exp(3) / (std::exp(1) + 1 + std::exp(3));
  EXPECT_NEAR(probability_of({0, 2, 3, 5}, windows), begins * ends, 1e-12);
}

TEST(AnswerSpans, ThereIsSomethingToChooseFrom) {
  const std::vector<float> logits{0, 0};
  const std::vector<AnswerWindow> windows{{logits, {1, 1}}};
  checkpoint::expect_error({"a token of context"}, [&] { best_span(windows, 3); });
  checkpoint::expect_error({"at least one token", "0"}, [&] { best_span(windows, 0); });
}

}  // namespace
}  // namespace roformer::pipeline
