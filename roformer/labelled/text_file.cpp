#include "roformer/labelled/text_file.h"

#include <algorithm>

#include "roformer/base/byte_order_mark.h"
#include "roformer/base/error.h"
#include "roformer/documents/byte_source.h"
#include "roformer/unicode/utf8.h"

namespace roformer::labelled {
namespace {

std::string read_all(documents::ByteSource& source) {
  constexpr std::size_t piece = 1 << 20;
  std::string bytes;
  std::size_t size = 0;
  while (true) {
    bytes.resize(size + piece);
    const std::size_t got = source.read(bytes.data() + size, piece);
    size += got;
    if (got == 0) break;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string place_of(std::string_view file, std::int64_t line) {
  return fmt::format("{}:{}", file, line);
}

std::optional<std::filesystem::path> find_plain_or_packed(const std::filesystem::path& file) {
  std::error_code unreadable;  // a name too long for the file system, say: it is not there
  for (const char* packed : {"", ".xz", ".gz"}) {
    std::filesystem::path found = file;
    found += packed;
    if (std::filesystem::is_regular_file(found, unreadable)) return found;
  }
  return std::nullopt;
}

std::string read_text(const std::filesystem::path& file) {
  std::string text = read_all(*documents::open_bytes(file));
  if (text.starts_with(base::kByteOrderMark)) text.erase(0, base::kByteOrderMark.size());
  require_text(text, file.native());
  return text;
}

void require_text(std::string_view text, std::string_view file) {
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const auto c = unicode::decode_utf8(p, end);
    if (c.code == 0 || unicode::is_invalid(c, p)) {
      const auto line = 1 + std::count(text.data(), p, '\n');
      base::fail("[labelled] {}: expected text in UTF-8 but got the byte {:#04x}",
                 place_of(file, line), static_cast<unsigned char>(*p));
    }
    p += c.size;
  }
}

std::string_view without_last_line_ends(std::string_view text) {
  const std::size_t last = text.find_last_not_of("\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool TextLines::next(std::string_view& line) {
  if (rest_.empty()) return false;
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  line = rest_.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++line_;
  return true;
}

}  // namespace roformer::labelled
