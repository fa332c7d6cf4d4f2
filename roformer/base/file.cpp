#include "roformer/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "roformer/base/descriptor.h"
#include "roformer/base/error.h"
#include "roformer/base/remove_on_signal.h"

namespace roformer::base {
namespace {

namespace fs = std::filesystem;

int open_for_reading(const fs::path& path) {
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(number >= 0, "[base] expected a readable file at {} but got: {}", path.string(),
          std::strerror(errno));
  return number;
}

// Only behind a failed call: an argument of `require` is taken before the call it would report on.
[[noreturn]] void fail_with_errno(const char* what, const fs::path& path) {
  fail("[base] cannot {} {}: {}", what, path.string(), std::strerror(errno));
}

std::size_t size_of(int descriptor, const fs::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail_with_errno("stat", path);
  require(!S_ISDIR(status.st_mode), "[base] expected a file at {} but got a folder", path.string());
  return static_cast<std::size_t>(status.st_size);
}

void write_all(int descriptor, const char* bytes, std::size_t size, const fs::path& path) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    require(written > 0, "[base] cannot write {}: {}", path.string(), std::strerror(errno));
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
}

// Others may write among the temporary files: what is kept there must be ours and closed to them.
fs::path own_temporary_folder() {
  const fs::path folder =
      fs::temp_directory_path() / ("roformer-cache-" + std::to_string(::geteuid()));
  ::mkdir(folder.c_str(), S_IRWXU);
  struct stat status {};
  const bool ours = ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                    status.st_uid == ::geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  require(ours,
          "[base] expected a cache folder of this user's alone at {} but it is not: set HOME or "
          "XDG_CACHE_HOME, or give data.cache",
          folder.string());
  return folder;
}

}  // namespace

std::string read_file(const fs::path& path) {
  const Descriptor file(open_for_reading(path));
  size_of(file.get(), path);  // refuses folders
  std::string content;
  char buffer[1 << 16];
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, "[base] cannot read {}: {}", path.string(), std::strerror(errno));
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

void make_folder(const fs::path& folder, std::string_view option) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed && !fs::is_directory(folder))
    failed = std::make_error_code(std::errc::not_a_directory);
  const std::string named = option.empty() ? "" : " (" + std::string(option) + ")";
  require(!failed, "[base] cannot make the folder {}{}: {}", folder.string(), named,
          failed.message());
}

void sync_folder(const fs::path& folder) {
  const fs::path name = folder.empty() ? fs::path(".") : folder;
  const Descriptor descriptor(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.is_open()) ::fsync(descriptor.get());
}

void write_file_atomically(const fs::path& path,
                           const std::function<void(const Append&)>& produce) {
  const fs::path temporary = path.string() + ".partial-" + std::to_string(::getpid());
  const RemoveOnSignal removal(temporary);
  try {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    require(file.is_open(), "[base] cannot create {}: {}", temporary.string(),
            std::strerror(errno));
    produce([&](const void* bytes, std::size_t size) {
      write_all(file.get(), static_cast<const char*>(bytes), size, path);
    });
    if (::fsync(file.get()) != 0) fail_with_errno("write", path);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail_with_errno("replace", path);
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
  sync_folder(path.parent_path());
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  write_file_atomically(path,
                        [&](const Append& append) { append(content.data(), content.size()); });
}

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor file(open_for_reading(path));
  size_ = size_of(file.get(), path);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  require(address != MAP_FAILED, "[base] cannot map {}: {}", path.string(), std::strerror(errno));
  data_ = static_cast<const char*>(address);
}

void MappedFile::drop_pages() const {
  if (data_ != nullptr) ::madvise(const_cast<char*>(data_), size_, MADV_DONTNEED);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

std::filesystem::path default_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return std::filesystem::path(cache) / "roformer";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return std::filesystem::path(home) / ".cache" / "roformer";
  return own_temporary_folder();
}

}  // namespace roformer::base
