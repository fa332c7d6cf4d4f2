#include "roformer/base/progress.h"

#include <gtest/gtest.h>

namespace roformer::base {
namespace {

TEST(ProgressTest, CountsInGroupsOfThree) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(61234), "61,234");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(-123), "-123");
  EXPECT_EQ(format_count(-1234), "-1,234");
}

TEST(ProgressTest, Durations) {
  EXPECT_EQ(format_duration(0), "0:00");
  EXPECT_EQ(format_duration(-3), "0:00");
  EXPECT_EQ(format_duration(7.4), "0:07");
  EXPECT_EQ(format_duration(59.6), "1:00");
  EXPECT_EQ(format_duration(125), "2:05");
  EXPECT_EQ(format_duration(3599.5), "1:00:00");
  EXPECT_EQ(format_duration(3723), "1:02:03");
  EXPECT_EQ(format_duration(360000), "100:00:00");
}

TEST(ProgressTest, Bytes) {
  EXPECT_EQ(format_bytes(0), "0 bytes");
  EXPECT_EQ(format_bytes(999), "999 bytes");
  EXPECT_EQ(format_bytes(1000), "1.0 kB");
  EXPECT_EQ(format_bytes(999'960), "1.0 MB");
  EXPECT_EQ(format_bytes(61'234'000), "61.2 MB");
  EXPECT_EQ(format_bytes(5'000'000'000), "5.0 GB");
}

// What reads ahead, or stops before the end, has not counted all of its input.
TEST(ProgressTest, EndsAtTheWhole) {
  testing::internal::CaptureStderr();
  Progress progress("reading", "bytes", 2000);
  progress.update(1500);
  progress.finish();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "reading 100 % · 2.0 kB of 2.0 kB\n");
}

TEST(ProgressTest, LastLineIsWrittenOnce) {
  testing::internal::CaptureStderr();
  {
    Progress progress("reading", "lines", 4);
    progress.update(2, "half");
    progress.update(4, "all");
    progress.finish();
    progress.finish();
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("reading"), std::string::npos) << text;
  EXPECT_NE(text.find("100 % · 4 of 4 lines · all\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("all"), text.rfind("all")) << text;
}

// However long the last step took.
TEST(ProgressTest, TheWholeIsToldOnceInALogFile) {
  testing::internal::CaptureStderr();
  Progress progress("reading", "lines", 2000, 0, std::chrono::milliseconds(0));
  for (const std::int64_t done : {1000, 1999, 2000, 2000}) progress.update(done);
  progress.finish();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("reading 50 % · 1,000 of 2,000 lines"), std::string::npos) << text;
  EXPECT_NE(text.find("reading 99 % · 1,999 of 2,000 lines"), std::string::npos) << text;
  EXPECT_NE(text.find("100 %"), std::string::npos) << text;
  EXPECT_EQ(text.find("100 %"), text.rfind("100 %")) << text;
}

TEST(ProgressTest, NothingToDoIsDone) {
  testing::internal::CaptureStderr();
  Progress progress("reading", "bytes", 0);
  progress.finish();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("100 %"), std::string::npos);
}

}  // namespace
}  // namespace roformer::base
