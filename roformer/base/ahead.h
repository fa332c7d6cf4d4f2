// Values that are made one ahead of who takes them, on a thread of their own.
#pragma once
#include <functional>
#include <future>
#include <optional>
#include <utility>

namespace roformer::base {

/// While a value is worked on, the next one is made. Calls of the maker follow each other, each on
/// a thread that is not the taker's.
template <typename Value>
class Ahead {
 public:
  /// `make` gives the values in their order, and none behind the last.
  using Make = std::function<std::optional<Value>()>;

  explicit Ahead(Make make) : make_(std::move(make)) { start(); }
  /// Waits for the value that is being made.
  ~Ahead() = default;
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  /// The next value; none behind the last. Throws what the maker threw over this value, and makes
  /// no more then.
  std::optional<Value> next() {
    if (!coming_.valid()) return std::nullopt;
    std::optional<Value> value = coming_.get();
    if (value) start();
    return value;
  }

 private:
  void start() {
    coming_ = std::async(std::launch::async, [this] { return make_(); });
  }

  Make make_;
  std::future<std::optional<Value>> coming_;  // its destructor waits
};

}  // namespace roformer::base
