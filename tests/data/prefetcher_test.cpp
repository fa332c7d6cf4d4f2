#include "roformer/data/prefetcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

TEST(PrefetcherTest, GivesWhatWasAskedFor) {
  std::atomic<int> made = 0;
  BasicPrefetcher<std::int64_t> prefetcher(
      [&](std::int64_t number) {
        ++made;
        return number * 10;
      },
      6);
  for (const std::int64_t number : {0, 1, 2, 5, 3, 4})
    EXPECT_EQ(prefetcher.get(number), number * 10);
  EXPECT_EQ(prefetcher.get(5), 50);
  EXPECT_EQ(prefetcher.get(9), 90);
}

TEST(PrefetcherTest, WorksAhead) {
  std::atomic<std::int64_t> last = -1;
  BasicPrefetcher<int> prefetcher(
      [&](std::int64_t number) {
        last = number;
        return 0;
      },
      3);
  prefetcher.get(0);
  for (int wait = 0; wait < 1000 && last < 1; ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(last, 1);
  prefetcher.get(1);
  prefetcher.get(2);
  EXPECT_EQ(last, 2);  // nothing beyond the end
}

TEST(PrefetcherTest, ErrorsSurfaceWhereTheBatchIsAsked) {
  BasicPrefetcher<int> prefetcher(
      [](std::int64_t number) {
        base::require(number != 1, "[tests] batch {}", number);
        return 0;
      },
      5);
  EXPECT_NO_THROW(prefetcher.get(0));
  EXPECT_THROW(prefetcher.get(1), Error);
  EXPECT_NO_THROW(prefetcher.get(2));
}

}  // namespace
}  // namespace roformer::data
