// JSON from files that nobody vouches for: no duplicate keys, a limit to the depth, errors that
// name the file.
#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

namespace roformer::base {

/// Levels enough for every file read here: tokenizer.json, the deepest, has fewer than ten.
constexpr int default_json_depth = 64;

/// Parses `text`, which stands in the file `name`. Throws Error for bad syntax (with line and
/// column), for a key that stands twice in one object, for numbers out of range and for more than
/// `max_depth` nested objects and arrays.
nlohmann::json parse_json(std::string_view text, std::string_view name,
                          int max_depth = default_json_depth);

}  // namespace roformer::base
