// The one error type of the project, the two ways of raising it, and the one of saying where it
// belongs. Messages read "[room] expected … but got …" and name the file, line or key.
#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace roformer {

/// What the user can mend: a bad file, key, shape or value. The program prints it and exits with 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace base {

/// Throws Error with the formatted message.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws Error with the formatted message unless `condition` holds.
template <typename... Args>
void require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) fail(format, std::forward<Args>(args)...);
}

/// work(); an Error of its own says `place` first.
template <typename Work>
void at_place(std::string_view place, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    fail("{}: {}", place, error.what());
  }
}

}  // namespace base
}  // namespace roformer
