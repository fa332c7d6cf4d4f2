#include "roformer/study/process_runs.h"

#include <gtest/gtest.h>

#include <csignal>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

class ProcessRunsTest : public testing::Test {
 protected:
  ProcessRun shell(const std::string& name, const std::string& script) const {
    std::filesystem::create_directories(files_.file(name));
    return {name, files_.file(name), files_.file(name + ".log"), {"/bin/sh", "-c", script}, 10};
  }
  std::string log(const std::string& name) const {
    return base::read_file(files_.file(name + ".log"));
  }
  tests::TestFolder files_;
};

TEST_F(ProcessRunsTest, AllEndAndFailuresAreTold) {
  const std::vector<ProcessRun> runs = {
      shell("a", "echo fine"),
      shell("b", "echo 'error: old'; echo 'error: expected a finite loss' >&2; exit 1"),
      shell("c", "exit 5"), shell("d", "kill -9 $$")};
  for (const std::int64_t jobs : {1, 3}) {
    std::vector<std::size_t> told;
    const auto outcomes = run_processes(runs, jobs, 0, [&](std::size_t run) {
      told.push_back(run);
      return std::string("well");
    });
    EXPECT_EQ(outcomes.signal, 0);
    EXPECT_EQ(outcomes.failures, (std::vector<std::string>{"", "expected a finite loss",
                                                           "exit status 5", "ended by signal 9"}));
    EXPECT_EQ(told, std::vector<std::size_t>{0});
  }
  EXPECT_EQ(log("a"), "fine\nfine\n");
  EXPECT_TRUE(run_processes({}, 2, 0, nullptr).failures.empty());
}

TEST_F(ProcessRunsTest, NoMoreThanSoManyAtOnce) {
  const auto here = files_.path().string();
  // Each makes a folder that only one may have.
  const std::string alone = "mkdir " + here + "/alone && sleep 0.1 && rmdir " + here + "/alone";
  const auto outcomes = run_processes({shell("a", alone), shell("b", alone), shell("c", alone)}, 1,
                                      0, [](std::size_t) { return std::string(); });
  EXPECT_EQ(outcomes.failures, std::vector<std::string>(3));
  // Each waits for the other.
  const auto meets = [&](const char* own, const char* other) {
    return "touch " + here + "/" + own + "; while [ ! -e " + here + "/" + other +
           " ]; do sleep 0.01; done";
  };
  EXPECT_EQ(run_processes({shell("d", meets("x", "y")), shell("e", meets("y", "x"))}, 2, 0,
                          [](std::size_t) { return std::string(); })
                .failures,
            std::vector<std::string>(2));
}

TEST_F(ProcessRunsTest, ASignalIsHandedOnAndNothingMoreBegins) {
  const std::string parent = std::to_string(::getpid());
  const auto outcomes = run_processes({shell("a", "trap 'echo saved; exit 143' TERM; kill -TERM " +
                                                      parent + "; while :; do sleep 0.01; done"),
                                       shell("b", "echo begun")},
                                      1, 0, [](std::size_t) { return std::string(); });
  EXPECT_EQ(outcomes.signal, SIGTERM);
  EXPECT_EQ(outcomes.failures, std::vector<std::string>(2));
  EXPECT_EQ(log("a"), "saved\n");
  EXPECT_FALSE(std::filesystem::exists(files_.file("b.log")));
}

TEST_F(ProcessRunsTest, TheLastWholeLineTellsTheStep) {
  const auto run = files_.file("run");
  std::filesystem::create_directories(run);
  EXPECT_EQ(last_logged_step(run), 0);
  const auto log = [&](const std::string& text) {
    files_.write("run/metrics.jsonl", text);
    return last_logged_step(run);
  };
  EXPECT_EQ(log(""), 0);
  EXPECT_EQ(log("{\"step\":3}\n"), 3);
  EXPECT_EQ(log("{\"step\":3}\n{\"step\":4}\n{\"step\":"), 4);
  EXPECT_EQ(log("{\"step\":3}\ntorn\n"), 3);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "{\"step\":" + std::to_string(i) + "}\n";
  EXPECT_EQ(log(many), 4999);
}

}  // namespace
}  // namespace roformer::study
