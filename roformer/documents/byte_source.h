// Bytes of a file, decompressed on the way: plain, xz (liblzma), gzip (zlib), and whatever apt's
// helper reads. The format is told by the first bytes, not by the name.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace roformer::documents {

/// A stream of bytes in constant memory.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills up to `size` bytes; 0: the end. Throws Error naming a file that is damaged or truncated.
  virtual std::size_t read(char* bytes, std::size_t size) = 0;
  /// Bytes of the file on disk that have been consumed, for progress.
  virtual std::int64_t consumed() const = 0;
};

/// Opens a file for reading. lz4 and zstd files go through `/usr/lib/apt/apt-helper cat-file`.
/// Throws Error if the file cannot be read or is in a format that nothing here reads.
std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);

}  // namespace roformer::documents
