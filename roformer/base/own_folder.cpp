#include "roformer/base/own_folder.h"

#include <dlfcn.h>

namespace roformer::base {

namespace fs = std::filesystem;

fs::path own_folder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return {};
  const fs::path file = info.dli_fname;
  // A program's name is what it was started by, which may be no path.
  std::error_code unreadable;
  const bool is_library = file.filename().string().find(".so") != std::string::npos;
  return is_library ? fs::absolute(file).parent_path()
                    : fs::read_symlink("/proc/self/exe", unreadable).parent_path();
}

}  // namespace roformer::base
