#include "roformer/cli/translation_prefixes.h"

#include <utility>

#include "roformer/base/error.h"

namespace roformer::cli {

TranslationPrefixes::TranslationPrefixes(std::string text, std::string path)
    : text_(std::move(text)), path_(std::move(path)), invalid_(path_.empty() ? "--prefix" : path_) {
  if (path_.empty()) {
    invalid_.check(text_, 1);
    return;
  }
  file_.open(path_);
  base::require(file_.good(), "[cli] {}: cannot read the prefixes", path_);
}

std::vector<std::string> TranslationPrefixes::next(std::int64_t first_line, std::size_t count) {
  if (path_.empty())
    return text_.empty() ? std::vector<std::string>() : std::vector<std::string>(count, text_);
  std::vector<std::string> lines(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t number = first_line + static_cast<std::int64_t>(i);
    base::require(static_cast<bool>(std::getline(file_, lines[i])),
                  "[cli] {}: expected one prefix, which may be empty, for each line of the input "
                  "but the file ends before line {}",
                  path_, number);
    if (!lines[i].empty() && lines[i].back() == '\r') lines[i].pop_back();
    invalid_.check(lines[i], number);
  }
  return lines;
}

void TranslationPrefixes::finish() {
  invalid_.report();
  std::string line;
  base::require(path_.empty() || !std::getline(file_, line),
                "[cli] {}: expected one prefix for each line of the input but the file has more "
                "lines",
                path_);
}

}  // namespace roformer::cli
