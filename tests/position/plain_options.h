// The options that the encodings without sizes of their own are tried with.
#pragma once
#include <string>

#include "roformer/position/position_encoding.h"

namespace roformer::position {

inline EncodingOptions plain_options(const std::string& name) {
  EncodingOptions options;
  options.settings.name = name;
  options.embedding_size = 12;
  options.head_size = 8;
  options.max_positions = 5;
  return options;
}

}  // namespace roformer::position
