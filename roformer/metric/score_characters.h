// Classes of characters as sacrebleu sees them, through Python's str and the regex package.
#pragma once
#include <cstdint>

namespace roformer::metric {

/// White space of Python's str.split: the standard's White_Space and U+001C … U+001F.
bool is_score_space(char32_t code);
/// The major class of the general category (L, M, N, P, S, Z, C) in Unicode 18, which the regex
/// package has, whatever the age of our database.
char score_category(char32_t code);

}  // namespace roformer::metric
