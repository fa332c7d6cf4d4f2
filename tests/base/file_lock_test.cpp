#include "roformer/base/file_lock.h"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace {

// What the next calls of flock fail with; then the system is asked.
thread_local std::vector<int> flock_failures;

}  // namespace

// Stands before the library's: no file system here fails on demand.
extern "C" int flock(int descriptor, int operation) noexcept {
  if (flock_failures.empty()) return static_cast<int>(::syscall(SYS_flock, descriptor, operation));
  errno = flock_failures.front();
  flock_failures.erase(flock_failures.begin());
  return -1;
}

namespace roformer::base {
namespace {

class FileLockTest : public ::testing::Test {
 protected:
  void TearDown() override { flock_failures.clear(); }
  tests::TestFolder folder_;
  std::filesystem::path file_ = folder_.file("lock");
};

TEST_F(FileLockTest, IsHeldUntilDestroyed) {
  {
    const auto held = FileLock::try_take(file_, "--out");
    ASSERT_TRUE(held.has_value());
    EXPECT_FALSE(FileLock::try_take(file_, "--out").has_value());
  }
  auto first = FileLock::try_take(file_, "--out");
  ASSERT_TRUE(first.has_value());
  const FileLock moved = std::move(*first);
  first.reset();
  EXPECT_FALSE(FileLock::try_take(file_, "--out").has_value()) << "moved, not freed";
}

TEST_F(FileLockTest, WaitsForAnother) {
  std::optional<FileLock> held = FileLock::wait(file_, "--out");
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    held.reset();
  });
  const auto start = std::chrono::steady_clock::now();
  const FileLock lock = FileLock::wait(file_, "--out");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(40));
  other.join();
}

TEST_F(FileLockTest, InterruptionsAreNoAnswer) {
  flock_failures = {EINTR, EINTR};
  EXPECT_TRUE(FileLock::try_take(file_, "--out").has_value());
  EXPECT_TRUE(flock_failures.empty());
  flock_failures = {EWOULDBLOCK, EINTR};
  FileLock::wait(file_, "--out");
  EXPECT_TRUE(flock_failures.empty());
}

TEST_F(FileLockTest, AFileSystemWithoutLocksIsToldNotTakenForSuccess) {
  for (const int failure : {ENOLCK, EOPNOTSUPP, EINVAL, EIO}) {
    for (const bool while_waiting : {false, true}) {
      flock_failures = while_waiting ? std::vector{EWOULDBLOCK, failure} : std::vector{failure};
      const std::string message =
          tests::error_message([&] { FileLock::wait(file_, "data.cache"); });
      for (const std::string& part :
           {file_.string(), std::string(std::strerror(failure)), std::string("data.cache")})
        EXPECT_TRUE(tests::has_text(message, part)) << message;
    }
    flock_failures = {failure};
    EXPECT_THROW(FileLock::try_take(file_, "--out"), Error);
  }
}

TEST_F(FileLockTest, AFolderIsMadeAndLockedOnceAtATime) {
  const auto cache = folder_.path() / "a" / "b";
  const FileLock lock = lock_folder(cache, "data.cache");
  EXPECT_TRUE(std::filesystem::is_regular_file(cache / ".lock"));
  EXPECT_FALSE(FileLock::try_take(cache / ".lock", "data.cache").has_value());
}

TEST_F(FileLockTest, AFolderThatCannotBeMadeIsNamed) {
  const auto inside = folder_.write("file", "x") / "cache";
  const std::string message = tests::error_message([&] { lock_folder(inside, "data.cache"); });
  EXPECT_TRUE(tests::has_text(message, inside.string())) << message;
  EXPECT_TRUE(tests::has_text(message, "data.cache")) << message;
}

}  // namespace
}  // namespace roformer::base
