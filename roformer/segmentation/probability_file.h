// Tables of logarithms of probabilities as jieba keeps them: P = {'B': {'\u4e00': -3.65, …}, …}, in
// Python's notation.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace roformer::segmentation {

struct Probability {
  std::vector<std::string> keys;  // of the outer table, then of the inner one
  double logarithm = 0;
};

/// The entries of a table whose numbers lie `depth` keys deep. Throws Error naming `file` and line.
std::vector<Probability> read_probabilities(std::string_view text, const std::string& file,
                                            std::size_t depth);

/// The one character of a text. Throws Error naming `file`.
char32_t only_character(std::string_view text, const std::string& file);

}  // namespace roformer::segmentation
