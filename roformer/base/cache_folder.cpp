#include "roformer/base/cache_folder.h"

#include <cstdlib>

namespace roformer::base {

std::filesystem::path default_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return std::filesystem::path(cache) / "roformer";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return std::filesystem::path(home) / ".cache" / "roformer";
  return std::filesystem::temp_directory_path() / "roformer-cache";
}

}  // namespace roformer::base
