// Half-written files that a Ctrl-C must not leave behind.
#pragma once
#include <filesystem>

namespace roformer::base {

/// While one lives, SIGINT, SIGTERM and SIGHUP remove the file before they end the program as
/// usual. Signals that somebody else catches or ignores, another one of these among them, are left
/// to him.
class RemoveOnSignal {
 public:
  explicit RemoveOnSignal(const std::filesystem::path& file);
  ~RemoveOnSignal();
  RemoveOnSignal(const RemoveOnSignal&) = delete;
  RemoveOnSignal& operator=(const RemoveOnSignal&) = delete;

 private:
  bool is_set_ = false;
};

}  // namespace roformer::base
