#include "roformer/cli/score_lines.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/cli/line_chunks.h"
#include "roformer/documents/byte_source.h"
#include "roformer/unicode/utf8.h"

namespace roformer::cli {
namespace {

ScoreLines split_lines(std::string name, std::string_view text) {
  ScoreLines result{std::move(name), {}};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    base::require(unicode::is_utf8(line),
                  "[bleu] {} line {}: expected UTF-8 but got bytes that are none; convert the file "
                  "with iconv -t UTF-8",
                  result.name, result.lines.size() + 1);
    result.lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace

ScoreLines read_standard_input() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  require_readable_input();
  return split_lines("standard input", text);
}

ScoreLines read_score_file(const std::string& path) {
  constexpr std::size_t chunk = 1 << 16;
  const auto bytes = documents::open_bytes(path);
  std::string text;
  for (std::size_t got = chunk; got > 0;) {
    const std::size_t size = text.size();
    text.resize(size + chunk);
    got = bytes->read(text.data() + size, chunk);
    text.resize(size + got);
  }
  return split_lines(path, text);
}

void require_equal_lines(const ScoreLines& one, const ScoreLines& other) {
  base::require(one.lines.size() == other.lines.size(),
                "[bleu] expected equally many lines but {} has {} and {} has {}", one.name,
                one.lines.size(), other.name, other.lines.size());
}

}  // namespace roformer::cli
