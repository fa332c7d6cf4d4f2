#include "roformer/labelled/delimited_text.h"

#include <algorithm>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

class DelimitedReader {
 public:
  DelimitedReader(std::string_view text, const std::string& file, const DelimitedFormat& format)
      : text_(without_last_line_ends(text)),
        file_(file),
        format_(format),
        stops_{format.delimiter, '\n'} {}

  // The fields of the next row; false at the end.
  bool next(std::vector<Field>& fields) {
    fields.clear();
    if (ended_ || text_.empty()) return false;
    row_line_ = line_;
    do fields.push_back({FieldKind::text, read_field()});
    while (take_delimiter());
    take_line_end();
    return true;
  }
  // Where the row begins that `next` gave last.
  std::int64_t line() const { return row_line_; }

 private:
  bool at_end() const { return at_ == text_.size(); }

  std::string read_field() {
    if (format_.quotes && !at_end() && text_[at_] == '"') return read_quoted();
    const std::size_t end = std::min(text_.find_first_of(stops_, at_), text_.size());
    std::string_view field = text_.substr(at_, end - at_);
    at_ = end;
    const bool ends_line = at_end() || text_[at_] == '\n';
    if (ends_line && field.ends_with('\r')) field.remove_suffix(1);
    return std::string(field);
  }

  std::string read_quoted() {
    const std::int64_t opened = line_;
    std::string field;
    ++at_;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      base::require(quote != std::string_view::npos,
                    "[labelled] {}: expected a closing quote for the one that opens in this line "
                    "but got the end of the file",
                    place_of(file_, opened));
      const std::string_view piece = text_.substr(at_, quote - at_);
      field += piece;
      line_ += std::count(piece.begin(), piece.end(), '\n');
      at_ = quote + 1;
      if (at_end() || text_[at_] != '"') break;
      field += '"';
      ++at_;
    }
    if (text_.substr(at_).starts_with("\r\n")) ++at_;
    require_end_of_field();
    return field;
  }

  void require_end_of_field() const {
    if (at_end() || text_[at_] == format_.delimiter || text_[at_] == '\n') return;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    base::fail(
        "[labelled] {}: expected the end of a field behind its closing quote but got '{}'; a "
        "quote within quotes is written twice",
        place_of(file_, line_), in_brief(text_.substr(at_, end - at_)));
  }

  bool take_delimiter() {
    if (at_end() || text_[at_] != format_.delimiter) return false;
    ++at_;
    return true;
  }
  void take_line_end() {
    ended_ = at_end();
    if (ended_) return;
    ++at_;
    ++line_;
  }

  std::string_view text_;
  const std::string& file_;
  DelimitedFormat format_;
  std::string stops_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1, row_line_ = 1;
  bool ended_ = false;
};

std::vector<std::string> names_of(std::vector<Field>& header) {
  std::vector<std::string> names;
  for (Field& field : header) names.push_back(std::move(field.text));
  return names;
}

std::vector<std::string> numbers_to(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= count; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace

Table read_delimited_text(std::string_view text, const std::string& file,
                          const DelimitedFormat& format) {
  DelimitedReader reader(text, file, format);
  std::vector<Field> fields;
  base::require(reader.next(fields), "[labelled] {}: expected {} but got an empty file",
                place_of(file, 1), format.has_header ? "the names of columns" : "rows");
  const std::size_t width = fields.size();
  Table table(file, format.has_header ? names_of(fields) : numbers_to(width), format.has_header);
  if (!format.has_header) table.add_row(reader.line(), fields);
  while (reader.next(fields)) {
    const bool uneven = fields.size() != width;
    base::require(!uneven || format.skip_uneven_rows,
                  "[labelled] {}: expected {} fields, as in line 1, but got {}",
                  place_of(file, reader.line()), width, fields.size());
    if (uneven) {
      table.skip_row(reader.line());
    } else {
      table.add_row(reader.line(), fields);
    }
  }
  return table;
}

}  // namespace roformer::labelled
