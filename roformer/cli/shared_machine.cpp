#include "roformer/cli/shared_machine.h"

#include <omp.h>
#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <system_error>
#include <vector>

namespace roformer::cli {
namespace {

constexpr auto interval = std::chrono::milliseconds(100);
constexpr auto an_hour = std::chrono::hours(1);
// One other process that computes on two processors costs our two threads 0.4 to 0.7; alone they
// lose less than 0.02, with a thread that reads ahead 0.1.
constexpr double share_of_crowd = 0.2;
constexpr double share_of_quiet = 0.1;
constexpr int calm_intervals = 10;

// Whether the end was asked for within the time.
bool ends_within(std::chrono::milliseconds time, const std::stop_token& end) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  return std::condition_variable_any().wait_for(lock, end, time,
                                                [&] { return end.stop_requested(); });
}

// Throws std::system_error where the system has not so many threads more; libgomp would end the
// program.
void require_threads(int count) {
  std::vector<std::jthread> alive(static_cast<std::size_t>(count));
  for (std::jthread& thread : alive)
    thread = std::jthread([](const std::stop_token& end) { ends_within(an_hour, end); });
}

// Until its end is asked for, sleeping threads that with `threads` at work are more than there are
// processors.
void hold_idle_team(const std::stop_token& end, int threads) {
  const int size = std::max(2, omp_get_num_procs() - threads + 2);
  try {
    require_threads(size - 1);
  } catch (const std::system_error&) {
    return;  // waiting is slower, answers are the same
  }
  std::atomic<int> members = 0;  // g++ leaves an empty region out
#pragma omp parallel num_threads(size)
  ++members;
  while (!ends_within(an_hour, end)) continue;
}

void watch(const std::stop_token& end) {
  Crowding crowding;
  std::jthread team;
  std::uint64_t before = nanoseconds_without_processor();
  auto then = std::chrono::steady_clock::now();
  while (!ends_within(interval, end)) {
    const std::uint64_t waited = nanoseconds_without_processor();
    const auto now = std::chrono::steady_clock::now();
    // Less than before where a thread has ended and taken its time along.
    const std::chrono::duration<double, std::nano> ours(waited - std::min(before, waited));
    const bool crowded = crowding.update(ours / (now - then));
    const int threads = torch::get_num_threads();
    if (crowded && threads > 1 && !team.joinable()) team = std::jthread(hold_idle_team, threads);
    if (!crowded) team = {};
    before = waited;
    then = now;
  }
}

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

std::jthread share_machine() {
  try {
    return std::jthread(watch);
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace roformer::cli
