#include "roformer/generate/beam_options.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "roformer/base/error.h"

namespace roformer::generate {
namespace {

using Ids = std::vector<std::int64_t>;

TEST(BeamOptions, TheLeastOfTheLimitsCounts) {
  BeamOptions options;
  EXPECT_EQ(max_length_of(options, 10), 60);
  EXPECT_EQ(max_length_of(options, 2000), 1024);
  options.max_length_factor = 1.3;
  options.max_length_extra = 0;
  EXPECT_EQ(max_length_of(options, 3), 3);  // 3.9
  options.max_length_extra = -10;
  EXPECT_EQ(max_length_of(options, 3), 0);
  options.max_length_factor = 1e300;
  EXPECT_EQ(max_length_of(options, std::numeric_limits<std::int64_t>::max()), 1024);
}

TEST(BeamOptions, ScoresAreMeansOfLogarithms) {
  BeamOptions options;
  EXPECT_DOUBLE_EQ(score_of(-6, 4, options), -1.5);
  options.length_penalty = 0;
  EXPECT_DOUBLE_EQ(score_of(-6, 4, options), -6);
  options.length_penalty = 0.6;
  EXPECT_DOUBLE_EQ(score_of(-6, 4, options), -6 / std::pow(4, 0.6));
}

TEST(BeamOptions, WhatWouldRepeatIsKnown) {
  EXPECT_EQ(repeating_tokens(Ids{1, 2, 3, 1, 2}, 3), (Ids{3}));
  EXPECT_EQ(repeating_tokens(Ids{1, 2, 1, 3, 1}, 2), (Ids{2, 3}));
  EXPECT_EQ(repeating_tokens(Ids{7, 8}, 1), (Ids{7, 8}));  // no token comes twice
  EXPECT_TRUE(repeating_tokens(Ids{1, 2, 3}, 0).empty());
  EXPECT_TRUE(repeating_tokens(Ids{1, 2}, 3).empty());
}

TEST(BeamOptions, RefusesWhatIsOutOfRange) {
  EXPECT_NO_THROW(validate(BeamOptions()));
  const auto refused = [](const std::function<void(BeamOptions&)>& change) {
    BeamOptions options;
    change(options);
    EXPECT_THROW(validate(options), Error);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  refused([](BeamOptions& o) { o.beam_size = 0; });
  refused([](BeamOptions& o) { o.beam_size = 1025; });
  refused([](BeamOptions& o) { o.n_best = 0; });
  refused([](BeamOptions& o) { o.n_best = o.beam_size + 1; });
  refused([&](BeamOptions& o) { o.length_penalty = infinity; });
  refused([](BeamOptions& o) { o.min_length = -1; });
  refused([](BeamOptions& o) { o.max_length = -1; });
  refused([](BeamOptions& o) { o.max_length_factor = -0.5; });
  refused([&](BeamOptions& o) { o.max_length_extra = -infinity; });
  refused([](BeamOptions& o) { o.no_repeat_ngram_size = -1; });
  refused([](BeamOptions& o) { o.batch_tokens = 0; });
  refused([](BeamOptions& o) { o.max_sentences = 0; });
}

}  // namespace
}  // namespace roformer::generate
