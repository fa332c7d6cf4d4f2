// Scalings against transformers' values and the publications' formulas.
#include "roformer/rope/scaling.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/checkpoint/expect_error.h"

namespace roformer::rope {
namespace {

using checkpoint::expect_error;

struct GoldenCase {
  const char* name;
  Scaling scaling;
  std::int64_t length;
  std::vector<double> inverse;
  double attention_factor;
};

Scaling scaling_with(ScalingKind kind, double factor, std::int64_t original_length) {
  Scaling scaling;
  scaling.kind = kind;
  scaling.factor = factor;
  scaling.original_length = original_length;
  return scaling;
}

Scaling deepseek() {
  Scaling scaling = scaling_with(ScalingKind::yarn, 40, 4096);
  scaling.mscale = 1;
  scaling.mscale_all_dim = 0.5;
  return scaling;
}

Scaling longrope() {
  Scaling scaling = scaling_with(ScalingKind::longrope, 2, 4096);
  scaling.short_factor = {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7};
  scaling.long_factor = {1, 2, 3, 4, 5, 6, 7, 8};
  return scaling;
}

Scaling half_of_the_pairs() {
  Scaling scaling = scaling_with(ScalingKind::proportional, 1, 0);
  scaling.partial_factor = 0.5;
  return scaling;
}

// transformers 5.23, ROPE_INIT_FUNCTIONS in float32: 16 dimensions, base 10000.
std::vector<GoldenCase> golden_cases() {
  return {
      {"linear",
       scaling_with(ScalingKind::linear, 4, 4096),
       0,
       {0.25, 0.079056941, 0.0250000004, 0.00790569466, 0.00249999994, 0.000790569466,
        0.000250000012, 7.90569466e-05},
       1},
      {"dynamic 4096",
       scaling_with(ScalingKind::dynamic, 2, 2048),
       4096,
       {1, 0.270296127, 0.0730599985, 0.0197478328, 0.00533776265, 0.00144277664, 0.000389976922,
        0.000105409257},
       1},
      {"dynamic 8192",
       scaling_with(ScalingKind::dynamic, 2, 2048),
       8192,
       {1, 0.239481375, 0.057351321, 0.0137345716, 0.00328917382, 0.00078769587, 0.000188638471,
        4.51753949e-05},
       1},
      {"yarn",
       scaling_with(ScalingKind::yarn, 4, 4096),
       0,
       {1, 0.316227764, 0.100000001, 0.025693506, 0.00624999963, 0.00138349656, 0.000250000012,
        7.90569466e-05},
       1.138629436111989},
      {"yarn of DeepSeek",
       deepseek(),
       0,
       {1, 0.316227764, 0.100000001, 0.0239147246, 0.00512499968, 0.000849862176, 2.49999994e-05,
        7.90569447e-06},
       1.1557219901962608},
      {"longrope, short",
       longrope(),
       2048,
       {1, 0.287479758, 0.0833333358, 0.0243252143, 0.00714285718, 0.00210818532, 0.000624999986,
        0.000186016332},
       1.0408329997330663},
      {"longrope, long",
       longrope(),
       8192,
       {1, 0.158113882, 0.0333333351, 0.00790569466, 0.00200000009, 0.00052704633, 0.000142857141,
        3.95284733e-05},
       1.0408329997330663},
      {"llama3",
       scaling_with(ScalingKind::llama3, 8, 8192),
       0,
       {1, 0.316227764, 0.100000001, 0.0316227786, 0.00999999978, 0.00316227786, 0.000213607578,
        3.95284733e-05},
       1},
      {"proportional",
       half_of_the_pairs(),
       0,
       {1, 0.316227764, 0.100000001, 0.0316227786, 0, 0, 0, 0},
       1},
  };
}

TEST(Scaling, GoldenValuesOfTransformers) {
  for (const GoldenCase& c : golden_cases()) {
    const auto got = scaled_frequencies(16, 10000, c.scaling, c.length);
    ASSERT_EQ(got.inverse.size(), c.inverse.size()) << c.name;
    for (std::size_t i = 0; i < c.inverse.size(); ++i)
      EXPECT_NEAR(got.inverse[i], c.inverse[i], 1e-6 * c.inverse[i]) << c.name << ", pair " << i;
    EXPECT_NEAR(got.attention_factor, c.attention_factor, 1e-14) << c.name;
  }
}

// base · s^(R / (R − 2)): the lowest frequency is s times lower, the highest stays.
TEST(Scaling, StaticNtk) {
  const auto plain = plain_frequencies(64, 10000);
  const auto scaled = scaled_frequencies(64, 10000, scaling_with(ScalingKind::ntk, 8, 0)).inverse;
  EXPECT_EQ(scaled.front(), 1);
  EXPECT_NEAR(scaled.back(), plain.back() / 8, 1e-12 * plain.back());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const double base = 10000 * std::pow(8, 64.0 / 62);
    EXPECT_NEAR(scaled[i], std::pow(base, -2.0 * static_cast<double>(i) / 64), 1e-14);
  }
}

TEST(Scaling, DynamicIsPlainUpToTheTrainedLength) {
  const auto dynamic = scaling_with(ScalingKind::dynamic, 4, 512);
  EXPECT_EQ(scaled_frequencies(64, 10000, dynamic, 100).inverse, plain_frequencies(64, 10000));
  EXPECT_EQ(scaled_frequencies(64, 10000, dynamic, 512).inverse, plain_frequencies(64, 10000));
  EXPECT_LT(scaled_frequencies(64, 10000, dynamic, 513).inverse.back(),
            plain_frequencies(64, 10000).back());
}

// A ramp between real numbers lies elsewhere than one between whole pairs.
TEST(Scaling, YarnWithoutTruncation) {
  auto yarn = scaling_with(ScalingKind::yarn, 4, 4096);
  const auto whole = scaled_frequencies(16, 10000, yarn).inverse;
  yarn.truncate = false;
  const auto real = scaled_frequencies(16, 10000, yarn).inverse;
  const auto pair = [](double turns) {
    return 16 * std::log(4096 / (turns * 2 * M_PI)) / (2 * std::log(10000.0));
  };
  for (std::size_t i = 0; i < real.size(); ++i) {
    const double share =
        std::clamp((static_cast<double>(i) - pair(32)) / (pair(1) - pair(32)), 0.0, 1.0);
    EXPECT_NEAR(real[i], plain_frequencies(16, 10000)[i] * (1 - share + share / 4), 1e-15);
  }
  EXPECT_NE(whole[4], real[4]);
}

TEST(Scaling, AttentionFactorInPlaceOfTheFormula) {
  auto yarn = scaling_with(ScalingKind::yarn, 4, 4096);
  yarn.attention_factor = 1.5;
  EXPECT_EQ(scaled_frequencies(16, 10000, yarn).attention_factor, 1.5);
  EXPECT_EQ(
      scaled_frequencies(16, 10000, scaling_with(ScalingKind::yarn, 1, 4096)).attention_factor, 1);
}

TEST(Scaling, NamesAndReaders) {
  for (std::size_t i = 0; i < scaling_names().size(); ++i)
    EXPECT_EQ(static_cast<std::size_t>(scaling_kind(scaling_names()[i])), i);
  expect_error({"none, linear", "'lineal'"}, [] { scaling_kind("lineal"); });
  EXPECT_TRUE(reads_option(ScalingKind::yarn, "beta_fast"));
  EXPECT_FALSE(reads_option(ScalingKind::linear, "beta_fast"));
  EXPECT_FALSE(reads_option(ScalingKind::none, "factor"));
}

TEST(Scaling, RefusesWhatDoesNotFit) {
  const auto refuse = [](std::initializer_list<const char*> words, const Scaling& scaling,
                         std::int64_t dim = 16, double base = 10000) {
    expect_error(words, [&] { scaled_frequencies(dim, base, scaling); });
  };
  refuse({"even number", "7"}, {}, 7);
  refuse({"even number", "0"}, {}, 0);
  refuse({"positive base", "-1"}, {}, 16, -1);
  refuse({"positive base", "inf"}, {}, 16, INFINITY);
  refuse({"factor >= 1", "0.5"}, scaling_with(ScalingKind::linear, 0.5, 0));
  refuse({"factor >= 1", "nan"}, scaling_with(ScalingKind::linear, NAN, 0));
  refuse({"original_length", "yarn", "0"}, scaling_with(ScalingKind::yarn, 2, 0));
  refuse({"more than 2"}, scaling_with(ScalingKind::ntk, 2, 0), 2);
  refuse({"base > 1"}, scaling_with(ScalingKind::yarn, 2, 64), 16, 1);
  auto scaling = longrope();
  refuse({"9 numbers in short_factor", "8"}, scaling, 18);
  scaling.long_factor[3] = 0;
  refuse({"long_factor > 0"}, scaling);
  scaling = scaling_with(ScalingKind::yarn, 2, 64);
  scaling.beta_fast = 0.5;
  refuse({"beta_fast >= beta_slow", "0.5"}, scaling);
  scaling.beta_fast = 32;
  scaling.mscale = 1;
  refuse({"mscale and mscale_all_dim"}, scaling);
  scaling = scaling_with(ScalingKind::llama3, 2, 64);
  scaling.high_frequency_factor = 1;
  refuse({"high_frequency_factor > low_frequency_factor"}, scaling);
  scaling = half_of_the_pairs();
  scaling.partial_factor = 0;
  refuse({"partial_factor in (0, 1]"}, scaling);
}

}  // namespace
}  // namespace roformer::rope
