#include "roformer/documents/text_files.h"

#include <glob.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "roformer/base/byte_order_mark.h"
#include "roformer/base/error.h"

namespace roformer::documents {
namespace {

namespace fs = std::filesystem;
using base::require;

bool is_text_file(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.starts_with('.') || name.starts_with("README") ||
      name.find(".partial-") != std::string::npos)
    return false;
  const auto extension = path.extension().string();
  const auto known = {"", ".txt", ".xz", ".gz", ".lz4", ".zst", ".tok", ".tokens", ".raw"};
  return std::find(known.begin(), known.end(), extension) != known.end();
}

std::vector<fs::path> files_in_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
    if (entry.is_regular_file() && is_text_file(entry.path())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  require(!files.empty(),
          "[data] expected text files (.txt, .xz, .gz, …) in the folder {} but found none",
          folder.string());
  return files;
}

std::vector<fs::path> files_of_pattern(const std::string& pattern) {
  glob_t matches{};
  const int status = ::glob(pattern.c_str(), 0, nullptr, &matches);
  std::vector<fs::path> files;
  for (std::size_t i = 0; status == 0 && i < matches.gl_pathc; ++i) {
    if (!fs::is_directory(matches.gl_pathv[i])) files.emplace_back(matches.gl_pathv[i]);
  }
  ::globfree(&matches);
  require(!files.empty(), "[data] expected files that match {} but found none", pattern);
  return files;
}

std::vector<fs::path> files_of_name(const std::string& name, std::string_view key) {
  std::error_code unreadable;  // a name too long for the file system, say: it is not there
  if (fs::is_directory(name, unreadable)) return files_in_folder(name);
  if (fs::exists(name, unreadable)) {
    require(fs::is_regular_file(name),
            "[data] expected a text file, folder or pattern ({}) but got {}, which is a device or "
            "pipe: its size is not known",
            key, name);
    return {name};
  }
  if (name.find_first_of("*?[") != std::string::npos) return files_of_pattern(name);
  base::fail(
      "[data] expected a text file, folder or pattern ({}) but there is no {}, from here or from "
      "the recipe's folder: give text of your own, --set {}=FILES",
      key, name, key);
}

}  // namespace

std::vector<fs::path> find_text_files(const std::vector<std::string>& names, std::string_view key) {
  require(!names.empty(), "[data] expected at least one text file ({}) but got none", key);
  std::vector<fs::path> files;
  std::set<fs::path> seen;
  for (const auto& name : names) {
    for (auto& file : files_of_name(name, key)) {
      if (seen.insert(file.lexically_normal()).second) files.push_back(std::move(file));
    }
  }
  return files;
}

std::int64_t total_size(const std::vector<fs::path>& files) {
  std::int64_t size = 0;
  for (const auto& file : files) size += static_cast<std::int64_t>(fs::file_size(file));
  return size;
}

std::string describe_files(const std::vector<fs::path>& files) {
  std::string description;
  for (const auto& file : files) {
    const auto time = fs::last_write_time(file).time_since_epoch().count();
    description +=
        fmt::format("\n{}\n{} {}", fs::absolute(file).string(), fs::file_size(file), time);
  }
  return description;
}

LineReader::LineReader(const fs::path& path, std::size_t largest_line)
    : bytes_(open_bytes(path)), largest_line_(largest_line) {
  constexpr std::size_t buffer_size = 1 << 16;
  buffer_.resize(buffer_size);
  while (end_ < base::kByteOrderMark.size()) {
    const std::size_t got = bytes_->read(buffer_.data() + end_, buffer_size - end_);
    if (got == 0) break;
    end_ += got;
  }
  if (std::string_view(buffer_.data(), end_).starts_with(base::kByteOrderMark))
    begin_ = base::kByteOrderMark.size();
}

bool LineReader::fill() {
  begin_ = 0;
  end_ = bytes_->read(buffer_.data(), buffer_.size());
  return end_ > 0;
}

bool LineReader::cut(std::string& line, std::size_t fresh) {
  // At the last space among the fresh bytes, else before an unfinished UTF-8 character.
  std::size_t end = line.find_last_of(' ');
  if (end == std::string::npos || end <= line.size() - fresh) {
    end = line.size();
    const auto continues = [&](std::size_t i) {
      return (static_cast<unsigned char>(line[i]) & 0xC0) == 0x80;
    };
    std::size_t last = line.size() - 1;
    while (line.size() - last < 4 && continues(last)) --last;
    if (static_cast<unsigned char>(line[last]) >= 0xC0) end = last;
  }
  begin_ -= line.size() - end;
  line.resize(end);
  return true;
}

bool LineReader::next(std::string& line) {
  line.clear();
  if (begin_ == end_ && !fill()) return false;
  while (true) {
    const char* start = buffer_.data() + begin_;
    const auto* newline = static_cast<const char*>(std::memchr(start, '\n', end_ - begin_));
    const std::size_t length =
        newline == nullptr ? end_ - begin_ : static_cast<std::size_t>(newline - start);
    line.append(start, length);
    begin_ += length + (newline != nullptr);
    if (newline == nullptr && line.size() >= largest_line_) return cut(line, length);
    if (newline != nullptr || !fill()) break;
  }
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

LineFiles::LineFiles(std::vector<fs::path> files, std::size_t largest_line)
    : files_(std::move(files)), largest_line_(largest_line), total_(total_size(files_)) {}

bool LineFiles::open_next() {
  if (next_ == files_.size()) return false;
  reader_.emplace(files_[next_++], largest_line_);
  return true;
}

bool LineFiles::next(std::string& line) {
  if (reader_->next(line)) return true;
  closed_ += reader_->consumed();
  reader_.reset();
  return false;
}

}  // namespace roformer::documents
