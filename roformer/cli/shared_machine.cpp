#include "roformer/cli/shared_machine.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>

namespace roformer::cli {
namespace {

constexpr auto interval = std::chrono::milliseconds(100);
// One other process that computes on two processors costs our two threads 0.4 to 0.7; alone they
// lose less than 0.02, with a thread that reads ahead 0.1.
constexpr double share_of_crowd = 0.2;
constexpr double share_of_quiet = 0.1;
constexpr int calm_intervals = 10;

// Threads that libgomp counts and that sleep, more than there are processors.
class IdleTeam {
 public:
  IdleTeam()
      : owner_([this] {
          const int size = omp_get_num_procs() + 1;
          std::atomic<int> members = 0;  // g++ leaves an empty region out
#pragma omp parallel num_threads(size)
          ++members;
          std::unique_lock lock(mutex_);
          ended_.wait(lock, [this] { return end_; });
        }) {
  }

  ~IdleTeam() {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    ended_.notify_one();
    owner_.join();  // its team ends with it
  }

  IdleTeam(const IdleTeam&) = delete;
  IdleTeam& operator=(const IdleTeam&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread owner_;
};

}  // namespace

bool Crowding::update(double share) {
  calm_ = share < share_of_quiet ? calm_ + 1 : 0;
  if (share > share_of_crowd) crowded_ = true;
  if (calm_ >= calm_intervals) crowded_ = false;
  return crowded_;
}

std::uint64_t nanoseconds_without_processor(const std::string& folder) {
  std::uint64_t sum = 0;
  std::error_code gone;  // a thread may end meanwhile
  std::filesystem::directory_iterator thread(folder, gone);
  for (; !gone && thread != std::filesystem::directory_iterator(); thread.increment(gone)) {
    std::ifstream file(thread->path() / "schedstat");
    std::uint64_t running = 0, waiting = 0;
    if (file >> running >> waiting) sum += waiting;
  }
  return sum;
}

SharedMachine::SharedMachine() : watcher_([this] { watch(); }) {}

SharedMachine::~SharedMachine() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_one();
  watcher_.join();
}

bool SharedMachine::wait_for_end(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, time, [this] { return end_; });
}

void SharedMachine::watch() {
  Crowding crowding;
  std::optional<IdleTeam> team;
  std::uint64_t before = nanoseconds_without_processor();
  auto then = std::chrono::steady_clock::now();
  while (!wait_for_end(interval)) {
    const std::uint64_t waited = nanoseconds_without_processor();
    const auto now = std::chrono::steady_clock::now();
    // Less than before where a thread has ended and taken its time along.
    const std::chrono::duration<double, std::nano> ours(waited - std::min(before, waited));
    const bool crowded = crowding.update(ours / (now - then));
    if (crowded && !team) team.emplace();
    if (!crowded) team.reset();
    before = waited;
    then = now;
  }
}

}  // namespace roformer::cli
