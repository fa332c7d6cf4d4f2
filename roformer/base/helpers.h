// Threads that lend a hand with work of some microseconds. The caller never waits for a helper that
// has taken nothing: where other processes hold the processors it does all itself, and at a barrier
// it would stand for as long as the system lets others run.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace roformer::base {

// Its counters have cache lines of their own.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
class Helpers {
 public:
  /// Threads beside the caller's; 0: the caller does all itself.
  explicit Helpers(std::int64_t count);
  ~Helpers();
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  std::int64_t count() const { return std::ssize(threads_); }

  /// work(piece) for pieces 0 … pieces − 1 (fewer than 2^31), each by whoever is free; returns when
  /// all are done. The work must not throw. One caller at a time.
  template <typename Work>
  void share(std::int64_t pieces, const Work& work) {
    if (pieces <= 1 || threads_.empty()) {
      for (std::int64_t piece = 0; piece < pieces; ++piece) work(piece);
      return;
    }
    run({[](const void* given, std::int64_t piece) { (*static_cast<const Work*>(given))(piece); },
         &work, pieces});
  }

 private:
  struct Job {
    void (*work)(const void* given, std::int64_t piece) = nullptr;
    const void* given = nullptr;
    std::int64_t pieces = 0;
  };
  void run(const Job& job);
  bool take_piece();
  void help();

  // Whoever has taken a piece may read the job: it stays until all pieces are done.
  Job job_;
  // The number of the job, and in the lower half how many of its pieces nobody has taken.
  alignas(64) std::atomic<std::uint64_t> left_{0};
  alignas(64) std::atomic<std::int64_t> done_{0};
  std::atomic<bool> ends_{false};
  std::vector<std::jthread> threads_;
};

}  // namespace roformer::base
