#include "roformer/train/replace_folder.h"

#include <fcntl.h>

#include <cstdio>

#include "roformer/base/error.h"

namespace roformer::train {

namespace fs = std::filesystem;

namespace {

// Network file systems, for example, cannot.
bool exchange(const fs::path& a, const fs::path& b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

}  // namespace

void replace_folder(const fs::path& fresh, const fs::path& target, const fs::path& old) {
  if (exchange(fresh, target)) {
    fs::remove_all(fresh);
  } else {
    replace_by_renames(fresh, target, old);
  }
}

void replace_by_renames(const fs::path& fresh, const fs::path& target, const fs::path& old) {
  fs::remove_all(old);
  if (fs::exists(target)) fs::rename(target, old);
  std::error_code failed;
  fs::rename(fresh, target, failed);
  if (failed) {
    recover_folder(target, old);
    base::fail("[train] cannot put {} in the place of {}: {}", fresh.string(), target.string(),
               failed.message());
  }
  fs::remove_all(old);
}

void recover_folder(const fs::path& target, const fs::path& old) {
  if (fs::exists(old) && !fs::exists(target)) fs::rename(old, target);
}

}  // namespace roformer::train
