// A table of named columns that knows in which line of its file each row begins.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::labelled {

/// How a table is written.
enum class TableKind { tab_separated, comma_separated, json_lines };

/// Throws Error unless the file's name ends with .tsv, .csv, .jsonl, .ndjson or .json (lines of
/// JSON), behind which .xz, .gz, .lz4 or .zst may stand.
TableKind table_kind(const std::filesystem::path& file);

struct TableOptions {
  std::optional<TableKind> kind = {};  // none: what the file's name says
  // The first row has the columns' names. Without, columns are asked for by their numbers from 1;
  // JSON lines name theirs in any case.
  bool has_header = true;
  // RFC 4180's. None: in .csv alone. GLUE's .tsv files have no quotes: a " is a plain character.
  std::optional<bool> quotes = {};
  // A row with another number of fields than its table is left out and counted, as in GLUE's own
  // QQP, instead of an error.
  bool skip_uneven_rows = false;
};

/// Rows that were left out.
struct SkippedRows {
  std::int64_t count = 0;
  std::string first = {};  // "FILE:LINE" of the first

  /// Counts others too.
  void add(const SkippedRows& other);
};

/// What a field is: text, or in JSON also a number or true or false (as JSON writes it), or what no
/// column of text has.
enum class FieldKind : std::uint8_t { text, number, boolean, absent, null, list, object };

struct Field {
  FieldKind kind = FieldKind::text;
  std::string text = {};
};

class Table {
 public:
  /// `named`: columns have names, else `columns` are numbers from 1.
  Table(std::string file, std::vector<std::string> columns, bool named = true);

  /// Appends a row; fields that are not there at its end are absent.
  void add_row(std::int64_t line, const std::vector<Field>& fields);
  /// Counts a row that is left out.
  void skip_row(std::int64_t line);

  std::int64_t num_rows() const { return std::ssize(lines_); }
  const std::vector<std::string>& columns() const { return columns_; }
  const std::string& file() const { return file_; }
  const SkippedRows& skipped() const { return skipped_; }
  /// The line that a row begins in, from 1.
  std::int64_t line(std::int64_t row) const { return lines_[static_cast<std::size_t>(row)]; }
  /// "FILE:LINE" of a row.
  std::string place(std::int64_t row) const;

  /// The column of that name, or of that number where the file has no header. Throws Error naming
  /// file, columns and the nearest one if there is none.
  std::int64_t column(std::string_view name) const;
  /// Whether there is such a column.
  bool has_column(std::string_view name) const { return find(name).has_value(); }

  /// A field of text. Throws Error naming file, line and column for another kind.
  std::string_view text(std::int64_t row, std::int64_t column) const;
  /// A field of text, a number or a boolean as JSON writes it, as labels are. Throws Error
  /// likewise.
  std::string_view value(std::int64_t row, std::int64_t column) const;

 private:
  std::size_t index(std::int64_t row, std::int64_t column) const;
  std::optional<std::int64_t> find(std::string_view name) const;
  std::string_view bytes(std::size_t field) const;
  [[noreturn]] void fail_kind(std::int64_t row, std::int64_t column, const char* expected) const;

  std::string file_;
  std::vector<std::string> columns_;
  bool named_;
  std::vector<std::int64_t> lines_;
  // All fields end to end: a vector of strings would need five times the memory of short ones.
  std::string bytes_;
  std::vector<std::size_t> ends_;
  std::vector<FieldKind> kinds_;
  SkippedRows skipped_;
};

/// Reads a table: delimited_text.h says what separated fields may look like, json_lines.h what
/// lines of JSON. Blank lines at the end are no rows; a table may have a header and no row. Throws
/// Error naming file and line.
Table read_table(const std::filesystem::path& file, const TableOptions& options = {});

}  // namespace roformer::labelled
