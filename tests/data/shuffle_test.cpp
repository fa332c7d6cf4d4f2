#include "roformer/data/sequence_order.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

TEST(Shuffle, IsAPermutation) {
  for (const std::int64_t size : {1, 2, 3, 4, 5, 16, 17, 255, 1000, 4097}) {
    std::vector<int> seen(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i)
      ++seen.at(static_cast<std::size_t>(shuffled(i, size, 5)));
    EXPECT_EQ(seen, std::vector<int>(seen.size(), 1)) << size;
  }
}

TEST(Shuffle, HugeSizesStayInside) {
  const std::int64_t size = (std::int64_t{1} << 40) + 12345;
  for (std::int64_t i = 0; i < 1000; ++i) {
    const auto place = shuffled(size - 1 - i, size, 9);
    EXPECT_GE(place, 0);
    EXPECT_LT(place, size);
  }
}

TEST(Shuffle, SeedsGiveDifferentOrders) {
  int equal = 0;
  for (std::int64_t i = 0; i < 1000; ++i) equal += shuffled(i, 1000, 1) == shuffled(i, 1000, 2);
  EXPECT_LT(equal, 12);  // one is expected
}

TEST(Shuffle, NeighboursAreTornApart) {
  double distance = 0;
  for (std::int64_t i = 0; i + 1 < 1000; ++i) {
    distance += static_cast<double>(std::abs(shuffled(i, 1000, 3) - shuffled(i + 1, 1000, 3)));
  }
  EXPECT_NEAR(distance / 999, 1000.0 / 3, 40);  // the mean distance of two random places
}

TEST(Shuffle, OutsideIsAnError) {
  EXPECT_THROW(shuffled(-1, 3, 0), Error);
  EXPECT_THROW(shuffled(3, 3, 0), Error);
  EXPECT_THROW(shuffled(0, 0, 0), Error);
}

}  // namespace
}  // namespace roformer::data
