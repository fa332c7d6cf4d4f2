// Text files as a list of paths and as a stream of lines.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/documents/byte_source.h"

namespace roformer::documents {

/// The files that `names` stand for, in order and without repetition: a file is itself, a folder
/// all text files in it and below (.txt, .xz, .gz, .tok, .raw or no extension; README files and
/// hidden ones left out) sorted by path, a name with * ? [ a glob pattern. Throws Error for a name
/// that matches nothing, and `key`, a recipe's that names them.
std::vector<std::filesystem::path> find_text_files(const std::vector<std::string>& names,
                                                   std::string_view key = "data.text");

/// Bytes on disk.
std::int64_t total_size(const std::vector<std::filesystem::path>& files);

/// Lines that change with the files (path, size, time of change), for the keys of caches.
std::string describe_files(const std::vector<std::filesystem::path>& files);

/// Lines of one file without their ends (\n or \r\n), in constant memory; a byte order mark at the
/// start is dropped.
class LineReader {
 public:
  /// A line longer than `largest_line` bytes is cut at a space and counts as several.
  explicit LineReader(const std::filesystem::path& path, std::size_t largest_line = 1 << 20);
  /// False at the end of the file.
  bool next(std::string& line);
  std::int64_t consumed() const { return bytes_->consumed(); }

 private:
  bool fill();
  bool cut(std::string& line, std::size_t fresh);
  std::unique_ptr<ByteSource> bytes_;
  std::size_t largest_line_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Lines of files one behind another.
class LineFiles {
 public:
  explicit LineFiles(std::vector<std::filesystem::path> files, std::size_t largest_line = 1 << 20);
  /// Opens the next file; false where there is none.
  bool open_next();
  bool is_open() const { return reader_.has_value(); }
  /// The next line of the file that is open; false at its end, which closes it.
  bool next(std::string& line);
  /// The file that was opened last.
  const std::filesystem::path& file() const { return files_[next_ - 1]; }
  /// Bytes on disk in all, and consumed so far.
  std::int64_t total() const { return total_; }
  std::int64_t consumed() const { return closed_ + (reader_ ? reader_->consumed() : 0); }

 private:
  std::vector<std::filesystem::path> files_;
  std::size_t largest_line_;
  std::size_t next_ = 0;
  std::optional<LineReader> reader_;
  std::int64_t total_;
  std::int64_t closed_ = 0;
};

}  // namespace roformer::documents
