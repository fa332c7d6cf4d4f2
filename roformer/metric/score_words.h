// Words between white space, and words as numbers.
#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roformer::metric {

/// A text for counting n-grams: code points, or words by number.
using Symbols = std::vector<std::uint32_t>;

/// The words between is_score_space characters, as views into `text`.
std::vector<std::string_view> split_words(std::string_view text);
/// The text without is_score_space characters at its end.
std::string_view without_trailing_space(std::string_view text);
/// The text's code points without is_score_space characters.
Symbols solid_characters(std::string_view text);

/// Numbers words: equal words get equal numbers.
class WordNumbers {
 public:
  /// The words must outlive this object, which keeps views of them.
  Symbols operator()(const std::vector<std::string_view>& words);

 private:
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace roformer::metric
