// How many tokens of each text stay when there are too many, as Hugging Face's tokenizers library
// decides it.
#pragma once
#include <cstddef>

#include "roformer/text/encoding.h"

namespace roformer::text {

struct KeptTokens {
  std::size_t first;
  std::size_t second;
};

/// `room`: max_length less the special tokens. Throws Error if the strategy cannot make the texts
/// fit.
KeptTokens truncate(std::size_t first, std::size_t second, std::size_t room, Truncation strategy);

}  // namespace roformer::text
