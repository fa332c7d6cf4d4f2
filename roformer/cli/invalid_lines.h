// Lines that are not UTF-8: counted while they are read, reported once.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace roformer::cli {

/// A count of the lines of one text whose bad bytes are read as U+FFFD.
class InvalidLines {
 public:
  /// `source` is what the warning calls the text.
  explicit InvalidLines(std::string source) : source_(std::move(source)) {}

  /// Counts the line, number `number` from 1, if it is not UTF-8.
  void check(std::string_view line, std::int64_t number);
  /// Warns on standard error if there was any: how many, and the first.
  void report() const;

 private:
  std::string source_;
  std::int64_t count_ = 0, first_ = 0;
};

}  // namespace roformer::cli
