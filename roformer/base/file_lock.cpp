#include "roformer/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"

namespace roformer::base {
namespace {

namespace fs = std::filesystem;

Descriptor open_to_lock(const fs::path& file, std::string_view option) {
  Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!descriptor.is_open())
    fail("[base] expected a folder to write to ({}) at {} but got: {}", option,
         file.parent_path().string(), std::strerror(errno));
  return descriptor;
}

// False where another process holds the lock; waits unless `mode` has LOCK_NB.
bool lock_open_file(const Descriptor& descriptor, int mode, const fs::path& file,
                    std::string_view option) {
  while (::flock(descriptor.get(), mode) != 0) {
    if (errno == EWOULDBLOCK && (mode & LOCK_NB) != 0) return false;
    if (errno == EINTR) continue;
    fail(
        "[base] expected a folder whose files can be locked ({}) but cannot lock {}: {}; a network "
        "file system may have no locks, a local disk has",
        option, file.string(), std::strerror(errno));
  }
  return true;
}

}  // namespace

FileLock FileLock::wait(const fs::path& file, std::string_view option) {
  Descriptor descriptor = open_to_lock(file, option);
  if (!lock_open_file(descriptor, LOCK_EX | LOCK_NB, file, option)) {
    spdlog::info("waiting for another run that works in {}", file.parent_path().string());
    lock_open_file(descriptor, LOCK_EX, file, option);
  }
  return FileLock(std::move(descriptor));
}

std::optional<FileLock> FileLock::try_take(const fs::path& file, std::string_view option) {
  Descriptor descriptor = open_to_lock(file, option);
  if (!lock_open_file(descriptor, LOCK_EX | LOCK_NB, file, option)) return std::nullopt;
  return FileLock(std::move(descriptor));
}

FileLock lock_folder(const fs::path& folder, std::string_view option) {
  make_folder(folder, option);
  return FileLock::wait(folder / ".lock", option);
}

}  // namespace roformer::base
