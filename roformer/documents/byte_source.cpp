#include "roformer/documents/byte_source.h"

#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "roformer/base/command.h"
#include "roformer/base/error.h"

namespace roformer::documents {
namespace {

namespace fs = std::filesystem;
using base::fail;
using base::require;

constexpr const char* apt_helper = "/usr/lib/apt/apt-helper";

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(const fs::path& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    require(descriptor_ >= 0, "[data] expected a readable file at {} but got: {}", path.string(),
            std::strerror(errno));
  }
  ~PlainSource() override { ::close(descriptor_); }

  std::size_t read(char* bytes, std::size_t size) override {
    while (true) {
      const ssize_t got = ::read(descriptor_, bytes, size);
      if (got < 0 && errno == EINTR) continue;
      require(got >= 0, "[data] cannot read {}: {}", path_.string(), std::strerror(errno));
      consumed_ += got;
      return static_cast<std::size_t>(got);
    }
  }
  std::int64_t consumed() const override { return consumed_; }

 private:
  fs::path path_;
  int descriptor_;
  std::int64_t consumed_ = 0;
};

// What the decompressors share: the compressed file, read in pieces.
class CompressedInput {
 public:
  explicit CompressedInput(const fs::path& path) : path_(path), file_(path) {}

  // Reads the next piece; its size, 0 at the end.
  std::size_t refill() { return file_.read(bytes_.data(), bytes_.size()); }
  unsigned char* bytes() { return reinterpret_cast<unsigned char*>(bytes_.data()); }
  std::int64_t consumed() const { return file_.consumed(); }
  std::string name() const { return path_.string(); }

 private:
  fs::path path_;
  PlainSource file_;
  std::array<char, 1 << 16> bytes_;
};

class XzSource final : public ByteSource {
 public:
  explicit XzSource(const fs::path& path) : input_(path) {
    constexpr std::uint64_t memory_limit =
        1ull << 30;  // xz -9 needs 65 MiB; a lying header may ask for 4 GiB
    const lzma_ret status = lzma_stream_decoder(&stream_, memory_limit, LZMA_CONCATENATED);
    require(status == LZMA_OK, "[data] cannot decompress {}: liblzma error {}", path.string(),
            static_cast<int>(status));
  }
  ~XzSource() override { lzma_end(&stream_); }

  std::size_t read(char* bytes, std::size_t size) override {
    if (ended_ || size == 0) return 0;
    stream_.next_out = reinterpret_cast<std::uint8_t*>(bytes);
    stream_.avail_out = size;
    while (stream_.avail_out == size && !ended_) step();
    return size - stream_.avail_out;
  }
  std::int64_t consumed() const override { return input_.consumed(); }

 private:
  void step() {
    if (stream_.avail_in == 0 && !input_ended_) {
      stream_.next_in = input_.bytes();
      stream_.avail_in = input_.refill();
      input_ended_ = stream_.avail_in == 0;
    }
    const lzma_ret status = lzma_code(&stream_, input_ended_ ? LZMA_FINISH : LZMA_RUN);
    ended_ = status == LZMA_STREAM_END;
    if (status == LZMA_OK || ended_) return;
    fail("[data] expected a whole .xz file at {} but got {}", input_.name(),
         status == LZMA_BUF_ERROR        ? "one that is cut off"
         : status == LZMA_MEMLIMIT_ERROR ? "one that asks for more than 1 GiB of memory"
                                         : "a damaged one");
  }

  CompressedInput input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool input_ended_ = false;
  bool ended_ = false;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(const fs::path& path) : input_(path) {
    constexpr int gzip_with_largest_window = 15 + 16;
    const int status = inflateInit2(&stream_, gzip_with_largest_window);
    require(status == Z_OK, "[data] cannot decompress {}: zlib error {}", path.string(), status);
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  std::size_t read(char* bytes, std::size_t size) override {
    const auto wanted = static_cast<uInt>(std::min<std::size_t>(size, 1u << 30));
    stream_.next_out = reinterpret_cast<Bytef*>(bytes);
    stream_.avail_out = wanted;
    while (stream_.avail_out == wanted && wanted > 0 && step()) {
    }
    return wanted - stream_.avail_out;
  }
  std::int64_t consumed() const override { return input_.consumed(); }

 private:
  // False at the end of the file.
  bool step() {
    if (stream_.avail_in == 0) {
      stream_.next_in = input_.bytes();
      stream_.avail_in = static_cast<uInt>(input_.refill());
      if (stream_.avail_in == 0) {
        require(between_members_,
                "[data] expected a whole .gz file at {} but got one that is cut off",
                input_.name());
        return false;
      }
    }
    if (between_members_) {
      // Members may follow each other, and zeros may pad the file.
      if (*stream_.next_in == 0) {
        ++stream_.next_in;
        --stream_.avail_in;
        return true;
      }
      inflateReset(&stream_);
      between_members_ = false;
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    between_members_ = status == Z_STREAM_END;
    require(status == Z_OK || between_members_,
            "[data] expected a whole .gz file at {} but got a damaged one", input_.name());
    return true;
  }

  CompressedInput input_;
  z_stream stream_{};
  bool between_members_ = false;
};

// apt's helper decompresses whatever apt does (lz4, zstd, …), without a library of ours for each.
class HelperSource final : public ByteSource {
 public:
  explicit HelperSource(const fs::path& path)
      : path_(path),
        size_(static_cast<std::int64_t>(fs::file_size(path))),
        command_({apt_helper, "cat-file", fs::absolute(path).string()}) {}

  std::size_t read(char* bytes, std::size_t size) override {
    const std::size_t got = ended_ ? 0 : command_.read(bytes, size);
    produced_ += static_cast<std::int64_t>(got);
    if (got > 0 || ended_) return got;
    ended_ = true;
    const int status = command_.wait();
    require(status == 0,
            "[data] expected a whole compressed file at {} but {} failed on it (status {})",
            path_.string(), apt_helper, status);
    return 0;
  }
  // How far the helper has read is unknown; text shrinks to about 2/5 under lz4.
  std::int64_t consumed() const override {
    return ended_ ? size_ : std::min(size_, produced_ * 2 / 5);
  }

 private:
  fs::path path_;
  std::int64_t size_;
  base::Command command_;
  std::int64_t produced_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const fs::path& path) {
  require(!fs::is_directory(path), "[data] expected a file at {} but got a folder", path.string());
  char head[6] = {};
  const std::size_t size = PlainSource(path).read(head, sizeof head);
  const std::string_view magic(head, size);
  using namespace std::string_view_literals;
  if (magic.starts_with("\xFD"
                        "7zXZ\0"sv)) {
    return std::make_unique<XzSource>(path);
  }
  if (magic.starts_with("\x1F\x8B"sv)) return std::make_unique<GzipSource>(path);
  const bool lz4 = magic.starts_with("\x04\x22\x4D\x18"sv),
             zstd = magic.starts_with("\x28\xB5\x2F\xFD"sv);
  if (lz4 || zstd) {
    require(::access(apt_helper, X_OK) == 0,
            "[data] {} is compressed with {}, which needs {}: decompress it first", path.string(),
            lz4 ? "lz4" : "zstd", apt_helper);
    return std::make_unique<HelperSource>(path);
  }
  // A name that promises compression and other first bytes: damaged at its head, or empty.
  for (const char* extension : {".xz", ".gz", ".lz4", ".zst"}) {
    require(path.extension() != extension,
            "[data] expected a {} file at {} but its first bytes are others", extension,
            path.string());
  }
  return std::make_unique<PlainSource>(path);
}

}  // namespace roformer::documents
