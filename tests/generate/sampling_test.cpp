#include "roformer/generate/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::generate {
namespace {

constexpr float kGone = -INFINITY;

TEST(SamplingTest, RepeatedTokensAreMadeLessLikelyOnce) {
  std::vector<float> logits = {2, -2, 1, 0};
  penalise_repetition(logits, std::vector<std::int64_t>{0, 1, 0, 1, 3}, 2.0);
  EXPECT_EQ(logits, (std::vector<float>{1, -4, 1, 0}));
}

TEST(SamplingTest, TopKKeepsEqualOnes) {
  std::vector<float> logits = {1, 3, 2, 2, 0};
  keep_top_k(logits, 2);
  EXPECT_EQ(logits, (std::vector<float>{kGone, 3, 2, 2, kGone}));
  keep_top_k(logits, 100);
  EXPECT_EQ(logits[2], 2);
}

// Probabilities 0.5, 0.25, 0.125, 0.125.
TEST(SamplingTest, TopPDropsTheTail) {
  const auto kept = [](double p) {
    std::vector<float> logits;
    for (const double share : {0.125, 0.5, 0.25, 0.125})
      logits.push_back(static_cast<float>(std::log(share)));
    keep_top_p(logits, p);
    std::vector<bool> finite;
    for (const float logit : logits) finite.push_back(logit != kGone);
    return finite;
  };
  EXPECT_EQ(kept(0.9), (std::vector<bool>{true, true, true, true}));
  EXPECT_EQ(kept(0.87), (std::vector<bool>{false, true, true, true}));
  EXPECT_EQ(kept(0.76), (std::vector<bool>{false, true, true, true}));
  EXPECT_EQ(kept(0.74), (std::vector<bool>{false, true, true, false}));
  EXPECT_EQ(kept(1e-9), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(kept(1.0), (std::vector<bool>{true, true, true, true}));
}

TEST(SamplingTest, DrawsFollowTheProbabilities) {
  const std::vector<float> logits = {std::log(1.0f), kGone, std::log(3.0f), std::log(4.0f)};
  EXPECT_EQ(draw(logits, 0.0), 0);
  EXPECT_EQ(draw(logits, 0.1249), 0);
  EXPECT_EQ(draw(logits, 0.1251), 2);
  EXPECT_EQ(draw(logits, 0.51), 3);
  EXPECT_EQ(draw(logits, std::nextafter(1.0, 0.0)), 3);
  int counts[4] = {};
  for (std::uint64_t i = 0; i < 8000; ++i) ++counts[draw(logits, uniform_number(5, i))];
  EXPECT_NEAR(counts[0], 1000, 100);
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[2], 3000, 150);
}

TEST(SamplingTest, TemperatureZeroTakesTheLikeliest) {
  std::vector<float> logits = {1, 2, 2, 0};
  SamplingOptions options;
  options.temperature = 0;
  EXPECT_EQ(next_token(logits, {}, options, 1, 1), 1);
}

TEST(SamplingTest, TheSmallestTemperaturesTakeTheLikeliestToo) {
  for (const double temperature : {1e-10, 1e-38, 1e-45, 1e-300}) {
    std::vector<float> logits = {1.5f, -3.0f, 7.25f, 7.0f};
    SamplingOptions options;
    options.temperature = temperature;
    EXPECT_EQ(next_token(logits, {}, options, 1, 2), 2) << temperature;
  }
}

TEST(SamplingTest, LogitsThatAreNoNumbersAreAnError) {
  std::vector<float> logits = {1.0f, std::nanf(""), 2.0f};
  EXPECT_THROW(next_token(logits, {}, SamplingOptions(), 1, 2), Error);
}

TEST(SamplingTest, BadOptionsAreNamed) {
  EXPECT_THROW(validate(SamplingOptions{.temperature = -1}), Error);
  EXPECT_THROW(validate(SamplingOptions{.top_k = -1}), Error);
  EXPECT_THROW(validate(SamplingOptions{.top_p = 0}), Error);
  EXPECT_THROW(validate(SamplingOptions{.repetition_penalty = 0}), Error);
  EXPECT_NO_THROW(validate(SamplingOptions()));
}

}  // namespace
}  // namespace roformer::generate
