#include "roformer/segmentation/probability_file.h"

#include <algorithm>
#include <charconv>

#include "roformer/base/error.h"
#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {
namespace {

class Reader {
 public:
  Reader(std::string_view text, const std::string& file, std::size_t depth)
      : text_(text), file_(file), depth_(depth) {}

  std::vector<Probability> read() {
    const std::size_t begin = text_.find("P=");
    require(begin != text_.npos, "P={…}");
    at_ = begin + 2;
    table();
    skip_space();
    require(at_ == text_.size(), "the end of the file behind the table");
    return std::move(found_);
  }

 private:
  void require(bool holds, const char* expected) const {
    if (holds) return;
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    base::fail("[segmentation] {}:{}: expected {} but got \"{}\"", file_, line, expected,
               text_.substr(at_, 20));
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \n\r\t").find(text_[at_]) != text_.npos) ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void table() {
    require(take('{'), "a table, {…}");
    while (!take('}')) {
      keys_.push_back(key());
      require(take(':'), "a colon behind a key");
      if (keys_.size() < depth_) {
        table();
      } else {
        found_.push_back({keys_, number()});
      }
      keys_.pop_back();
      if (take(',')) continue;
      require(take('}'), "a comma or the table's end");
      return;
    }
  }

  // 'B', '一' or '\u4e00'
  std::string key() {
    require(take('\''), "a key in quotes");
    std::string text;
    for (; at_ < text_.size() && text_[at_] != '\''; ++at_)
      text_[at_] == '\\' ? unicode::append_utf8(escaped(), text) : text.push_back(text_[at_]);
    require(take('\''), "a closing quote");
    return text;
  }

  char32_t escaped() {
    constexpr std::size_t digits = 4;
    require(text_.substr(at_).starts_with("\\u") && text_.size() > at_ + 1 + digits, "\\uXXXX");
    std::uint32_t code = 0;
    const char* const first = text_.data() + at_ + 2;
    const auto [end, failed] = std::from_chars(first, first + digits, code, 16);
    require(failed == std::errc() && end == first + digits, "\\uXXXX");
    at_ += 1 + digits;
    return code;
  }

  double number() {
    skip_space();
    double value = 0;
    const char* const first = text_.data() + at_;
    const auto [end, failed] = std::from_chars(first, text_.data() + text_.size(), value);
    require(failed == std::errc() && value <= 0, "a logarithm, 0 or less");
    at_ += static_cast<std::size_t>(end - first);
    return value;
  }

  std::string_view text_;
  std::string file_;
  std::size_t depth_, at_ = 0;
  std::vector<std::string> keys_;
  std::vector<Probability> found_;
};

}  // namespace

std::vector<Probability> read_probabilities(std::string_view text, const std::string& file,
                                            std::size_t depth) {
  return Reader(text, file, depth).read();
}

char32_t only_character(std::string_view text, const std::string& file) {
  const char* const end = text.data() + text.size();
  const auto c =
      text.empty() ? unicode::DecodedCharacter{} : unicode::decode_utf8(text.data(), end);
  base::require(!text.empty() && c.size == text.size(),
                "[segmentation] {}: expected keys of one character but got '{}'", file, text);
  return c.code;
}

}  // namespace roformer::segmentation
