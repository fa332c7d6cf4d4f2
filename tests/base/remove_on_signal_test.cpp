#include "roformer/base/remove_on_signal.h"

#include <gtest/gtest.h>

#include <csignal>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::base {
namespace {

TEST(RemoveOnSignal, TheFileGoesAndTheProgramEndsByTheSignal) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const tests::TestFolder folder;
    const auto half = folder.write("half", "content");
    EXPECT_EXIT(
        {
          const RemoveOnSignal removal(half);
          std::raise(number);
        },
        testing::KilledBySignal(number), "");
    EXPECT_FALSE(std::filesystem::exists(half)) << number;
  }
}

TEST(RemoveOnSignal, NothingIsRemovedWhenItIsGone) {
  const tests::TestFolder folder;
  const auto whole = folder.write("whole", "content");
  EXPECT_EXIT(
      {
        { const RemoveOnSignal removal(whole); }
        std::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
  EXPECT_TRUE(std::filesystem::exists(whole));
}

// Who catches the signal himself decides what it does; two at once are the first.
TEST(RemoveOnSignal, HandlersOfOthersStay) {
  const tests::TestFolder folder;
  const auto first = folder.write("first", "content"), second = folder.write("second", "content");
  static int received = 0;
  const auto before = std::signal(SIGTERM, [](int number) { received = number; });
  {
    const RemoveOnSignal removal(first);
    std::raise(SIGTERM);
  }
  std::signal(SIGTERM, before);
  EXPECT_EQ(received, SIGTERM);
  EXPECT_TRUE(std::filesystem::exists(first));
  EXPECT_EXIT(
      {
        const RemoveOnSignal one(first);
        { const RemoveOnSignal other(second); }
        std::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
  EXPECT_FALSE(std::filesystem::exists(first));
  EXPECT_TRUE(std::filesystem::exists(second));
}

TEST(RemoveOnSignal, AWriteThatIsCutShortLeavesTheOldFile) {
  const tests::TestFolder folder;
  const auto file = folder.write("file", "old");
  EXPECT_EXIT(write_file_atomically(file,
                                    [](const Append& append) {
                                      append("new", 3);
                                      std::raise(SIGINT);
                                    }),
              testing::KilledBySignal(SIGINT), "");
  EXPECT_EQ(read_file(file), "old");
  const std::filesystem::directory_iterator entries(folder.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

}  // namespace
}  // namespace roformer::base
