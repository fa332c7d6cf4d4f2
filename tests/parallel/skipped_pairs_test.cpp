#include "roformer/parallel/pair_encoder.h"

#include <gtest/gtest.h>

namespace roformer::parallel {
namespace {

documents::TextPair pair_at(std::string_view file, std::int64_t line) {
  return {"", "", file, line};
}

TEST(SkippedPairsTest, NothingSkippedIsNothingSaid) {
  SkippedPairs skipped;
  skipped.add(pair_at("a", 1), PairFault::none);
  EXPECT_EQ(skipped.total(), 0);
  EXPECT_EQ(skipped.text(), "");
}

TEST(SkippedPairsTest, EachReasonNamesItsFirstPair) {
  SkippedPairs skipped;
  skipped.add(pair_at("a.en", 3), PairFault::empty);
  EXPECT_EQ(skipped.text(), "1 pair skipped: 1 with an empty side (the first: a.en:3)");
  skipped.add(pair_at("a.en", 9), PairFault::empty);
  skipped.add(pair_at("b.en", 1), PairFault::too_long);
  skipped.add(pair_at("b.en", 2), PairFault::ratio);
  skipped.add(pair_at("b.en", 4), PairFault::invalid_utf8);
  EXPECT_EQ(skipped.total(), 5);
  EXPECT_EQ(skipped.text(),
            "5 pairs skipped: 2 with an empty side (the first: a.en:3), 1 longer than "
            "data.max_length (the first: b.en:1), 1 beyond data.max_ratio (the first: b.en:2), 1 "
            "that are not UTF-8 (the first: b.en:4)");
}

}  // namespace
}  // namespace roformer::parallel
