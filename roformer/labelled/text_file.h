// A whole file of text in memory, as bytes that are known to be UTF-8, and its lines.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace roformer::labelled {

/// "FILE:LINE", as messages begin.
std::string place_of(std::string_view file, std::int64_t line);

/// The file of that name, or the same packed (.xz, .gz); none where there is neither.
std::optional<std::filesystem::path> find_plain_or_packed(const std::filesystem::path& file);

/// The text of a file (plain, .xz, .gz, …), a byte order mark left out. Throws Error that names the
/// file, and the line of the first byte that is no UTF-8 or is a NUL, of which UTF-16 is full.
std::string read_text(const std::filesystem::path& file);

/// The same for text that was read from `file` already.
void require_text(std::string_view text, std::string_view file);

/// The text without the line ends behind its last line that is not empty: blank lines at the end of
/// a file are no rows.
std::string_view without_last_line_ends(std::string_view text);

/// Lines of a text one after another, without their ends (\n or \r\n).
class TextLines {
 public:
  explicit TextLines(std::string_view text) : rest_(text) {}
  /// False at the end.
  bool next(std::string_view& line);
  /// Of the line that `next` gave last, from 1.
  std::int64_t line() const { return line_; }

 private:
  std::string_view rest_;
  std::int64_t line_ = 0;
};

}  // namespace roformer::labelled
