#include "roformer/cli/invalid_lines.h"

#include "roformer/base/log.h"
#include "roformer/unicode/utf8.h"

namespace roformer::cli {

void InvalidLines::check(std::string_view line, std::int64_t number) {
  if (unicode::is_utf8(line)) return;
  if (count_++ == 0) first_ = number;
}

void InvalidLines::report() const {
  if (count_ == 0) return;
  spdlog::warn("{}: {} not UTF-8 (the first: line {}): bad bytes were read as U+FFFD", source_,
               count_ == 1 ? "1 line is" : fmt::format("{} lines are", count_), first_);
}

}  // namespace roformer::cli
