// Makes the next batch on another thread while this one is in use.
#pragma once
#include <cstdint>
#include <functional>
#include <future>
#include <utility>

#include "roformer/data/token_batch.h"

namespace roformer::data {

/// Batches by number, in order mostly; one is made ahead. Errors of the maker surface in get().
template <typename Batch>
class BasicPrefetcher {
 public:
  /// `make` must be safe to call on another thread. Batches from `end` on are not made ahead.
  BasicPrefetcher(std::function<Batch(std::int64_t number)> make, std::int64_t end)
      : make_(std::move(make)), end_(end) {}
  ~BasicPrefetcher() {
    if (ahead_.valid()) ahead_.wait();
  }
  BasicPrefetcher(const BasicPrefetcher&) = delete;
  BasicPrefetcher& operator=(const BasicPrefetcher&) = delete;

  Batch get(std::int64_t number) {
    const bool ready = ahead_.valid() && ahead_number_ == number;
    if (ahead_.valid() && !ready) ahead_.wait();
    Batch batch = ready ? ahead_.get() : make_(number);
    start(number + 1);
    return batch;
  }

 private:
  void start(std::int64_t number) {
    if (number >= end_) {
      ahead_ = {};
      return;
    }
    ahead_number_ = number;
    ahead_ = std::async(std::launch::async, make_, number);
  }

  std::function<Batch(std::int64_t)> make_;
  std::int64_t end_;
  std::int64_t ahead_number_ = -1;
  std::future<Batch> ahead_;
};

using Prefetcher = BasicPrefetcher<MaskedBatch>;

}  // namespace roformer::data
