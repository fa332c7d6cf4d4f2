// Keeps two runs from doing the same slow work in one cache folder.
#pragma once
#include <filesystem>

namespace roformer::base {

/// Waits for and holds the lock of `folder` (made if need be) until destroyed; the system frees it
/// if we are killed. Throws Error if the folder cannot be written.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace roformer::base
