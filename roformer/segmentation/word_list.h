// Words with how often they were seen, as jieba's dictionaries have them: "WORD FREQUENCY TAG", a
// line each.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roformer::segmentation {

class WordList {
 public:
  /// Adds the lines of a dictionary: a word, a whole number, and maybe a tag, a space between two.
  /// A word that is there already takes the new frequency, and all lines count in the total, as
  /// jieba adds user dictionaries up. Empty lines are left out. Throws Error naming `file` and line
  /// where a line is none, is no UTF-8 or has no frequency, and for a text without words.
  void add(std::string_view text, const std::string& file);
  void add_file(const std::filesystem::path& file);

  const std::unordered_map<std::string, std::uint64_t>& words() const { return words_; }
  /// The frequencies of all lines.
  std::uint64_t total() const { return total_; }

 private:
  void add_line(std::string_view line, const std::string& place);

  std::unordered_map<std::string, std::uint64_t> words_;
  std::uint64_t total_ = 0;
};

}  // namespace roformer::segmentation
