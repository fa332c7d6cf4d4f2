// Files: whole reads, memory maps, and writes that a crash cannot leave half done.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace roformer::base {

/// The whole file. Throws Error that names the path if it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Replaces `path` by `content`, atomically: temporary file beside it, fsync, rename, fsync of the
/// folder. Throws Error (a full disk included) and leaves the old file untouched.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Appends bytes to a file that is being written.
using Append = std::function<void(const void* bytes, std::size_t size)>;
/// write_file_atomically for content that is produced in pieces: `produce` gets a function that
/// appends bytes.
void write_file_atomically(const std::filesystem::path& path,
                           const std::function<void(const Append&)>& produce);

/// Makes a folder with those above it. Throws Error with the system's reason and, if there is one,
/// the `option` that names another folder: "--out".
void make_folder(const std::filesystem::path& folder, std::string_view option = {});

/// Flushes a folder's entries to disk, so that a rename within it survives a crash.
void sync_folder(const std::filesystem::path& folder);

/// A read-only memory map of a whole file, unmapped by the destructor; size 0 for an empty file.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {data_, size_}; }
  /// Gives the pages that were read back to the system; they are read again when they are needed.
  void drop_pages() const;

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Where what can be made again is kept (vocabularies, tokens, apt's lists):
/// $XDG_CACHE_HOME/roformer, or ~/.cache/roformer; without a HOME a folder of this user's alone
/// among the temporary ones. Throws Error where another user has made that.
std::filesystem::path default_cache_folder();

}  // namespace roformer::base
