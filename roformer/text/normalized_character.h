// A character on its way to a token, and where it came from.
#pragma once
#include "roformer/text/encoding.h"

namespace roformer::text {

struct NormalizedCharacter {
  char32_t code;
  Offset source;  // code points of the text it comes from
};

}  // namespace roformer::text
