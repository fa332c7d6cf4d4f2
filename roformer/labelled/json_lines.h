// Tables whose rows are JSON objects, one a line.
#pragma once
#include <string>
#include <string_view>

#include "roformer/labelled/table.h"

namespace roformer::labelled {

/// The objects of a text; columns are the keys of all of them, at most a thousand, in the order in
/// which they come first (those of one line by name). Numbers and booleans are kept as JSON writes
/// them (3.80 as 3.8). A key that a row lacks, or has with a list, an object or null, is an error
/// only where the table is asked for it. Throws Error naming file and line for a line that is no
/// JSON object, and for a text without one.
Table read_json_lines(std::string_view text, const std::string& file);

}  // namespace roformer::labelled
