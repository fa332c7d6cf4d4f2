#include "roformer/cli/shared_machine.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/base/test_files.h"

namespace roformer::cli {
namespace {

TEST(Crowding, BeginsAtOnceAndEndsAfterASecondOfQuiet) {
  Crowding crowding;
  EXPECT_FALSE(crowding.update(0.15));  // a thread that reads ahead
  EXPECT_TRUE(crowding.update(0.5));
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(crowding.update(0.01));
  EXPECT_TRUE(crowding.update(0.15));  // neither crowd nor quiet: counted from here again
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(crowding.update(0.01));
  EXPECT_FALSE(crowding.update(0.01));
  EXPECT_TRUE(crowding.update(0.3));
}

TEST(SharedMachine, TimeWithoutProcessorIsThatOfAllThreads) {
  tests::TestFolder folder;
  folder.write("7/schedstat", "1000 20 3\n");
  folder.write("8/schedstat", "5 4000000000000 1\n");
  folder.write("9/stat", "no such figures");
  folder.write("10/schedstat", "");
  EXPECT_EQ(nanoseconds_without_processor(folder.path().string()), 4000000000020U);
  EXPECT_EQ(nanoseconds_without_processor((folder.path() / "none").string()), 0U);
}

TEST(SharedMachine, EndsWithoutWaitingForItsInterval) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) share_machine();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

}  // namespace
}  // namespace roformer::cli
