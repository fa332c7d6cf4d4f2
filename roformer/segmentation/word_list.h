// Words with how often they were seen, as jieba's dictionaries have them: "WORD FREQUENCY TAG", a
// line each.
#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roformer::segmentation {

/// A user's own dictionary.
struct UserWords {
  std::string text;
  std::string file;  // for messages

  static UserWords read(const std::filesystem::path& file);
};

class WordList {
 public:
  /// Adds the lines of a dictionary: a word, a whole number, and maybe a tag, a space between two.
  /// A word that is there already takes the new frequency, and all lines count in the total, as
  /// jieba adds user dictionaries up. Empty lines are left out. Throws Error naming `file` and line
  /// where a line is none, is no UTF-8 or has no frequency, and for a text without words.
  void add(std::string_view text, const std::string& file);
  void add_file(const std::filesystem::path& file);
  /// Adds the lines of a user's dictionary in jieba's wider form, "WORD", "WORD FREQUENCY" or
  /// "WORD FREQUENCY TAG" (a tag is of letters a-z), in which words may have spaces. A word without
  /// a frequency takes the least by which it is not cut apart; one of the frequency 0 is kept
  /// apart. Throws Error naming file and line for bytes that are no UTF-8, a number too large, and
  /// a text without words.
  void add_user(const UserWords& user);

  const std::unordered_map<std::string, std::uint64_t>& words() const { return words_; }
  /// The frequencies of all lines.
  std::uint64_t total() const { return total_; }

 private:
  void add_line(std::string_view line, const std::string& place);
  void add_user_line(std::string_view line, const std::string& place,
                     std::set<std::string_view>& known);
  void set(std::string_view word, std::uint64_t frequency, const std::string& place);

  std::unordered_map<std::string, std::uint64_t> words_;
  std::uint64_t total_ = 0;
};

}  // namespace roformer::segmentation
