// Locks between processes: they keep two runs from doing the same slow work, or from writing into
// one folder.
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

#include "roformer/base/descriptor.h"

namespace roformer::base {

/// Holds the lock of a file, which is made if need be, until destroyed; the system frees it if we
/// are killed. Where a file cannot be made or locked (network file systems may have no locks),
/// taking its lock throws Error naming folder, reason and `option`, which chooses another folder.
class FileLock {
 public:
  /// Waits until no other process holds it, and says so.
  static FileLock wait(const std::filesystem::path& file, std::string_view option);
  /// None where another process holds it.
  static std::optional<FileLock> try_take(const std::filesystem::path& file,
                                          std::string_view option);

 private:
  explicit FileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

/// Waits for the lock of a folder, which is made if need be. Throws Error as FileLock does.
FileLock lock_folder(const std::filesystem::path& folder, std::string_view option);

}  // namespace roformer::base
