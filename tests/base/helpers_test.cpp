#include "roformer/base/helpers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

namespace roformer::base {
namespace {

class HelpersTest : public testing::TestWithParam<std::int64_t> {};

// Also where jobs follow each other at once, and where helpers have gone to sleep meanwhile.
TEST_P(HelpersTest, EachPieceIsDoneOnceBeforeTheCallReturns) {
  Helpers helpers(GetParam());
  EXPECT_EQ(helpers.count(), GetParam());
  std::vector<std::int64_t> done(300);
  for (std::int64_t job = 0; job < 400; ++job) {
    const std::int64_t pieces = job % 300;
    std::fill(done.begin(), done.end(), 0);
    helpers.share(pieces, [&](std::int64_t piece) { ++done[static_cast<std::size_t>(piece)]; });
    for (std::int64_t i = 0; i < 300; ++i)
      ASSERT_EQ(done[static_cast<std::size_t>(i)], i < pieces ? 1 : 0) << job << ", " << i;
    if (job % 100 == 99) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, HelpersTest, testing::Values(0, 1, 3));

TEST(Helpers, OthersLendAHand) {
  Helpers helpers(2);
  std::atomic<int> others{0};
  const auto caller = std::this_thread::get_id();
  for (int job = 0; job < 1000 && others == 0; ++job) {
    helpers.share(8, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      if (std::this_thread::get_id() != caller) ++others;
    });
  }
  EXPECT_GT(others.load(), 0);
}

TEST(Helpers, EndWithoutHavingWorked) {
  for (int i = 0; i < 50; ++i) Helpers helpers(3);
}

}  // namespace
}  // namespace roformer::base
