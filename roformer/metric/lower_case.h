// Lower case of whole texts as Python's str.lower has it: code point by code point, but for a sigma
// at the end of a word (SpecialCasing.txt of the Unicode standard, Final_Sigma).
#pragma once
#include <string>
#include <string_view>

namespace roformer::metric {

/// The text in lower case; what is not UTF-8 becomes U+FFFD.
std::string lower_case(std::string_view text);

}  // namespace roformer::metric
