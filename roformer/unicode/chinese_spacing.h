// Chinese as it is written: tokens that were joined by blanks without those beside its characters.
#pragma once
#include <string>
#include <string_view>

namespace roformer::unicode {

/// The text without the blanks that have a Chinese character or a full-width sign on either side.
std::string without_blanks_beside_chinese(std::string_view text);

}  // namespace roformer::unicode
