#include "roformer/cli/score_lines.h"

#include <algorithm>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/cli/input_lines.h"
#include "roformer/documents/byte_source.h"
#include "roformer/unicode/utf8.h"

namespace roformer::cli {
namespace {

void add_line(ScoreLines& result, std::string_view line) {
  base::require(unicode::is_utf8(line),
                "[bleu] {} line {}: expected UTF-8 but got bytes that are none; convert the file "
                "with iconv -t UTF-8",
                result.name, result.lines.size() + 1);
  result.lines.emplace_back(line);
}

}  // namespace

ScoreLines read_standard_input() {
  ScoreLines result{"standard input", {}};
  InputLines input;
  for (std::string line; input.next(line);) add_line(result, line);
  return result;
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
  ScoreLines result{path, {}};
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    add_line(result, line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return result;
}

void require_equal_lines(const ScoreLines& one, const ScoreLines& other) {
  base::require(one.lines.size() == other.lines.size(),
                "[bleu] expected equally many lines but {} has {} and {} has {}", one.name,
                one.lines.size(), other.name, other.lines.size());
}

}  // namespace roformer::cli
