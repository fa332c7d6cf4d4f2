// Text as sacrebleu sees it, through Python's str and the regex package: classes of characters,
// lower case, words between white space, and words as numbers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roformer::metric {

/// White space of Python's str.split: the standard's White_Space and U+001C … U+001F.
bool is_score_space(char32_t code);
/// The major class of the general category (L, M, N, P, S, Z, C) in Unicode 18, which the regex
/// package has, whatever the age of our database.
char score_category(char32_t code);

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

/// Lower case as Python's str.lower has it: code point by code point, but for a sigma that ends a
/// word (SpecialCasing.txt of the Unicode standard, Final_Sigma). What is not UTF-8 becomes U+FFFD.
std::string lower_case(std::string_view text);

}  // namespace roformer::metric
