#include "roformer/base/file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <optional>
#include <string>

namespace roformer::base {
namespace {

// Sets a variable of the environment, or takes it away, for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = ::getenv(name)) before_ = before;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(CacheFolder, TheFirstOfThreePlaces) {
  const Variable home("HOME", "/home/someone");
  {
    const Variable cache("XDG_CACHE_HOME", "/caches");
    EXPECT_EQ(default_cache_folder(), "/caches/roformer");
  }
  for (const char* unset : {"", static_cast<const char*>(nullptr)}) {
    const Variable cache("XDG_CACHE_HOME", unset);
    EXPECT_EQ(default_cache_folder(), "/home/someone/.cache/roformer");
    const Variable no_home("HOME", unset);
    EXPECT_EQ(default_cache_folder(), std::filesystem::temp_directory_path() / "roformer-cache");
  }
}

}  // namespace
}  // namespace roformer::base
