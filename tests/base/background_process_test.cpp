#include "roformer/base/background_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::base {
namespace {

int status_of(BackgroundProcess& process) {
  std::optional<int> status;
  while (!(status = process.poll())) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return *status;
}

std::vector<std::string> shell(const std::string& script) {
  return {"/bin/sh", "-c", script};
}

TEST(BackgroundProcessTest, OutputAndErrorsAreAppendedToTheLog) {
  const tests::TestFolder folder;
  const auto log = folder.write("log", "before\n");
  BackgroundProcess process(shell("echo out; echo err >&2; cat; exit 3"), log);
  EXPECT_EQ(status_of(process), 3);
  EXPECT_EQ(process.poll(), 3);
  EXPECT_EQ(read_file(log), "before\nout\nerr\n");
}

TEST(BackgroundProcessTest, SeveralRunAtOnceAndEachIsToldToStop) {
  const tests::TestFolder folder;
  const std::string script =
      "trap 'echo saved; exit 7' TERM; echo ready; while :; do sleep 0.01; done";
  BackgroundProcess one(shell(script), folder.file("1")),
      two(shell("exec sleep 100"), folder.file("2"));
  while (!std::filesystem::exists(folder.file("1")) || read_file(folder.file("1")).empty())
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(one.poll());
  EXPECT_FALSE(two.poll());
  for (auto* process : {&one, &two}) process->stop();
  one.stop();  // once is enough
  EXPECT_EQ(status_of(one), 7);
  EXPECT_EQ(status_of(two), 128 + 15);
  EXPECT_EQ(read_file(folder.file("1")), "ready\nsaved\n");
}

TEST(BackgroundProcessTest, WhatIsLeftRunningEndsWithItsOwner) {
  const tests::TestFolder folder;
  const auto start = std::chrono::steady_clock::now();
  { const BackgroundProcess process(shell("exec sleep 100"), folder.file("log")); }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(BackgroundProcessTest, WhatCannotBeStartedIsNamed) {
  const tests::TestFolder folder;
  const auto message = [&](const std::string& program, const std::filesystem::path& log) {
    return tests::error_message([&] { BackgroundProcess({program}, log); });
  };
  EXPECT_TRUE(tests::has_text(message("/no/such/program", folder.file("log")), "/no/such/program"));
  EXPECT_TRUE(tests::has_text(message("/bin/true", folder.file("no/folder")), "no/folder"));
}

}  // namespace
}  // namespace roformer::base
