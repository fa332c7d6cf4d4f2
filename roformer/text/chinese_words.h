// Words of a vocabulary that only a tokenizer finds that cuts Chinese into words.
#pragma once
#include <cstdint>

#include "roformer/text/vocabulary.h"

namespace roformer::text {

/// How many of its tokens are two Chinese characters or more, and nothing else.
std::int64_t count_chinese_words(const Vocabulary& vocabulary);

}  // namespace roformer::text
