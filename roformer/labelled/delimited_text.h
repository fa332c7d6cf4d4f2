// Tables whose rows are lines and whose fields are separated by a character, with or without
// quotes.
#pragma once
#include <string>
#include <string_view>

#include "roformer/labelled/table.h"

namespace roformer::labelled {

struct DelimitedFormat {
  char delimiter = ',';
  // RFC 4180: a field that begins with a " ends with one; within, "" is a quote, and delimiters and
  // line breaks are plain. A " further on in a field is a plain character, as Python's csv takes
  // it.
  bool quotes = true;
  bool has_header = true;
  bool skip_uneven_rows = false;  // as in TableOptions
};

/// The rows of a text, whose lines end with \n or \r\n. Throws Error naming file and line for a
/// text without a row, a row with another number of fields than the first, a quote that is not
/// closed (the line where it opens), and text behind a closing quote.
Table read_delimited_text(std::string_view text, const std::string& file,
                          const DelimitedFormat& format);

}  // namespace roformer::labelled
