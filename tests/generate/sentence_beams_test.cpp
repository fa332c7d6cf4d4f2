// tests of the rules of one sentence's beams, told step by step.
#include "roformer/generate/sentence_beams.h"

#include <gtest/gtest.h>

namespace roformer::generate {
namespace {

using Ids = std::vector<std::int64_t>;

BeamOptions two_beams(StoppingRule stopping = StoppingRule::full_beam) {
  BeamOptions options;
  options.beam_size = options.n_best = 2;
  options.length_penalty = 1;
  options.stopping = stopping;
  return options;
}

TEST(SentenceBeams, TheEndCountsWithinTheBeamOnly) {
  const auto options = two_beams();
  SentenceBeams beams(options, 0, 10);
  EXPECT_EQ(beams.advance({{0, 5, -1}, {0, 6, -2}, {0, 0, -3}, {0, 7, -4}}), (Ids{0, 0}));
  EXPECT_TRUE(beams.best().empty());  // third of four
  EXPECT_EQ(beams.advance({{1, 0, -3.5}, {0, 5, -3}, {0, 6, -4}, {1, 7, -5}}), (Ids{0, 0}));
  ASSERT_EQ(beams.best().size(), 1u);
  EXPECT_EQ(beams.best()[0].ids, (Ids{6}));
  EXPECT_DOUBLE_EQ(beams.best()[0].score, -3.5 / 2);
  EXPECT_EQ(beams.running()[1].ids, (Ids{5, 6}));
}

TEST(SentenceBeams, AFullBeamStopsOneRuleAndNotTheOther) {
  for (const StoppingRule stopping : {StoppingRule::full_beam, StoppingRule::bound}) {
    const auto options = two_beams(stopping);
    SentenceBeams beams(options, 0, 10);
    beams.advance({{0, 5, -1}, {0, 6, -1.5}});
    const auto parents = beams.advance({{0, 0, -4}, {1, 0, -5}, {1, 7, -6}, {0, 8, -7}});
    if (stopping == StoppingRule::full_beam) {
      EXPECT_TRUE(parents.empty());
      EXPECT_EQ(beams.best()[0].ids, (Ids{5}));
      continue;
    }
    // −6 / 2 is worse than −5 / 2.
    EXPECT_TRUE(parents.empty());
    SentenceBeams others(options, 0, 10);
    others.advance({{0, 5, -1}, {0, 6, -1.5}});
    EXPECT_EQ(others.advance({{0, 0, -1.5}, {1, 0, -5}, {1, 7, -5}, {0, 8, -7}}).size(), 0u);
    SentenceBeams last(options, 0, 10);
    last.advance({{0, 0, -6}, {0, 6, -1.5}, {0, 7, -9}});
    last.advance({{0, 0, -13}, {0, 6, -2}, {1, 6, -20}});
    EXPECT_EQ(last.best().size(), 2u);
    EXPECT_EQ(last.running().size(), 2u);  // −2 / 2 may still win
    last.advance({{0, 0, -3}, {0, 6, -40}, {1, 6, -50}});
    EXPECT_EQ(last.best()[0].ids, (Ids{6, 6}));
    EXPECT_EQ(last.best()[1].ids, (Ids{}));
  }
}

TEST(SentenceBeams, ChoicesFollowPrefixLengthAndRepetition) {
  auto options = two_beams();
  options.no_repeat_ngram_size = 2;
  options.min_length = 4;
  SentenceBeams beams(options, 0, 5, {5, 6});
  EXPECT_EQ(beams.choice(0).only, 5);
  beams.advance({{0, 5, -1}});
  EXPECT_EQ(beams.choice(0).only, 6);
  beams.advance({{0, 6, -2}});
  EXPECT_FALSE(beams.choice(0).only.has_value());
  EXPECT_EQ(beams.choice(0).excluded, (Ids{0}));
  beams.advance({{0, 5, -3}, {0, 7, -4}});
  EXPECT_EQ(beams.choice(0).excluded, (Ids{6, 0}));
  EXPECT_EQ(beams.choice(1).excluded, (Ids{0}));
  beams.advance({{0, 7, -5}});
  EXPECT_EQ(beams.choice(0).excluded, (Ids{}));
  beams.advance({{0, 7, -6}});
  EXPECT_EQ(beams.choice(0).only, 0);
  EXPECT_TRUE(beams.advance({{0, 0, -7}}).empty());
  EXPECT_EQ(beams.best()[0].ids, (Ids{5, 6, 5, 7, 7}));
}

TEST(SentenceBeams, RepeatingTokensAreThoseThatFollowedBefore) {
  EXPECT_EQ(repeating_tokens(Ids{1, 2, 3, 1, 2, 4, 1, 2}, 3), (Ids{3, 4}));
  EXPECT_EQ(repeating_tokens(Ids{1, 2, 1}, 1), (Ids{1, 2, 1}));
  EXPECT_EQ(repeating_tokens(Ids{1, 1}, 2), (Ids{1}));
  EXPECT_TRUE(repeating_tokens(Ids{1, 2}, 3).empty());
  EXPECT_TRUE(repeating_tokens(Ids{1, 2, 1, 2}, 0).empty());
  EXPECT_TRUE(repeating_tokens(Ids{}, 1).empty());
}

TEST(SentenceBeams, LengthsFollowTheSource) {
  BeamOptions options;
  EXPECT_EQ(max_length_of(options, 10), 60);
  EXPECT_EQ(max_length_of(options, 5000), 1024);
  options.max_length_factor = 1.5;
  options.max_length_extra = -3;
  EXPECT_EQ(max_length_of(options, 0), 0);
  EXPECT_EQ(max_length_of(options, 5), 4);
}

}  // namespace
}  // namespace roformer::generate
