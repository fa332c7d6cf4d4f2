// A function applied on several threads to a stream too large for memory, whose results come back
// in the stream's order.
#pragma once
#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <type_traits>

namespace roformer::base {

/// Calls `next()`, which gives a std::optional, until that is empty; `work(item)`, on threads of
/// its own; and `use(result)` for each item in order, until it returns false. `next` and `use` run
/// on the calling thread, `work` must be safe to call from several. At most threads + 1 items are
/// worked on or waited for at a time (0: all cores). What `work` throws comes out when its item's
/// turn is; all work that has begun is then ended.
template <typename Next, typename Work, typename Use>
void map_in_order(int threads, Next next, const Work& work, Use use) {
  using Item = typename std::invoke_result_t<Next&>::value_type;
  using Result = std::invoke_result_t<const Work&, Item>;
  const std::size_t most = threads > 0 ? static_cast<std::size_t>(threads)
                                       : std::max(1u, std::thread::hardware_concurrency());
  std::deque<std::future<Result>> running;  // its destructor waits for each
  const auto use_oldest = [&] {
    Result result = running.front().get();
    running.pop_front();
    return use(std::move(result));
  };
  bool wanted = true;
  while (wanted) {
    std::optional<Item> item = next();
    if (!item) break;
    running.push_back(std::async(std::launch::async, std::cref(work), std::move(*item)));
    if (running.size() > most) wanted = use_oldest();
  }
  while (wanted && !running.empty()) wanted = use_oldest();
}

}  // namespace roformer::base
