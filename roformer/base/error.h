// The one error type of the project, and the two ways of raising it.
// Messages read "[room] expected … but got …" and name the file, line or key.
#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace roformer {

/// Something the user can mend: a bad file, key, shape or value. The program prints it and exits
/// with 1.
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

}  // namespace base
}  // namespace roformer
