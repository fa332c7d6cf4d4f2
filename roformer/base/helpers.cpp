#include "roformer/base/helpers.h"

namespace roformer::base {
namespace {

constexpr std::uint64_t kOneJob = std::uint64_t{1} << 32, kPieces = kOneJob - 1;
// Looks for work before a helper sleeps, some 50 microseconds: a token is sampled meanwhile.
constexpr int kLooks = 1000;
// Looks before the caller lets others run, of whom one may be the helper that it waits for.
constexpr int kLooksOfCaller = 2000;

void rest_a_moment() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Helpers::Helpers(std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) threads_.emplace_back([this] { help(); });
}

Helpers::~Helpers() {
  ends_.store(true);
  left_.fetch_add(kOneJob);
  left_.notify_all();
}

// Whether there was a piece; it is done then. The number of the job keeps a late helper from taking
// a piece of the next one for one of the last.
bool Helpers::take_piece() {
  std::uint64_t left = left_.load(std::memory_order_acquire);
  while ((left & kPieces) > 0) {
    if (!left_.compare_exchange_weak(left, left - 1, std::memory_order_acquire)) continue;
    job_.work(job_.given, job_.pieces - static_cast<std::int64_t>(left & kPieces));
    done_.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

void Helpers::run(const Job& job) {
  job_ = job;
  done_.store(0, std::memory_order_relaxed);
  const std::uint64_t number = left_.load(std::memory_order_relaxed) / kOneJob + 1;
  left_.store(number * kOneJob + static_cast<std::uint64_t>(job.pieces), std::memory_order_release);
  left_.notify_all();
  while (take_piece()) {
  }
  for (int looks = 0; done_.load(std::memory_order_acquire) < job.pieces; ++looks) {
    if (looks < kLooksOfCaller) {
      rest_a_moment();
    } else {
      std::this_thread::yield();
    }
  }
}

void Helpers::help() {
  int looks = 0;
  while (!ends_.load()) {
    if (take_piece()) {
      looks = 0;
    } else if (++looks < kLooks) {
      rest_a_moment();
    } else {
      const std::uint64_t seen = left_.load(std::memory_order_acquire);
      if ((seen & kPieces) == 0 && !ends_.load()) left_.wait(seen, std::memory_order_acquire);
      looks = 0;
    }
  }
}

}  // namespace roformer::base
