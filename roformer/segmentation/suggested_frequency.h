// How often a word would have to be seen not to be cut apart, as jieba's suggest_freq says.
#pragma once
#include <cstdint>
#include <set>
#include <string_view>

#include "roformer/segmentation/word_list.h"

namespace roformer::segmentation {

/// One more than the product of the shares of the words that it is cut into would have; at least
/// what it has. `known`: all words of the list, in order.
std::uint64_t suggested_frequency(const WordList& words, const std::set<std::string_view>& known,
                                  std::string_view word);

}  // namespace roformer::segmentation
