// The names of the position encodings, without tensors.
#pragma once
#include <string>
#include <vector>

namespace roformer::position {

/// The names that make_encoding knows.
std::vector<std::string> encoding_names();

}  // namespace roformer::position
