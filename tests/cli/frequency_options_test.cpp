#include "roformer/cli/frequency_options.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::cli {
namespace {

rope::Frequencies frequencies(const std::string& line, std::int64_t length = 10) {
  CLI::App app;
  FrequencyOptions options;
  add_frequency_options(app, options);
  app.parse(line);
  return frequencies_of(app, options, length);
}

TEST(FrequencyOptions, ReachTheFrequencies) {
  EXPECT_EQ(frequencies("").inverse.size(), 64u);
  const auto plain = frequencies("--dim 4 --base 100").inverse;
  EXPECT_EQ(plain, (std::vector<double>{1, 0.1}));
  const auto linear = frequencies("--dim 4 --base 100 --scaling linear --factor 4").inverse;
  EXPECT_EQ(linear, (std::vector<double>{0.25, 0.025}));
  // Beyond the length of training only.
  const std::string dynamic =
      "--dim 4 --base 100 --scaling dynamic --factor 2 --original-length 16";
  EXPECT_EQ(frequencies(dynamic, 16).inverse, plain);
  EXPECT_NE(frequencies(dynamic, 17).inverse, plain);
  EXPECT_NE(frequencies(dynamic + " --length 32", 16).inverse, plain);
}

TEST(FrequencyOptions, WhatAScalingDoesNotReadIsRefused) {
  const auto expect_refused = [](const char* line, const char* word) {
    checkpoint::expect_error({"does not read", word}, [&] { frequencies(line); });
  };
  expect_refused("--factor 2", "--factor");
  expect_refused("--scaling linear --beta-fast 3", "--beta-fast");
  expect_refused("--scaling linear --factor 2 --length 9", "--length");
  expect_refused("--scaling linear --factor 2 --no-truncate", "--no-truncate");
  EXPECT_THROW(frequencies("--scaling cubic"), CLI::ParseError);
  EXPECT_THROW(frequencies("--dim 1"), CLI::ParseError);
}

}  // namespace
}  // namespace roformer::cli
