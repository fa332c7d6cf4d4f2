// Tables for the terminal and for pages.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::report {

/// On which side of its column a cell stands.
enum class Align { left, right };

/// Cells of text in rows, and how to align them.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // shorter rows are filled with empty cells
  std::vector<Align> align;  // by column; those not given: the first left, the others right
  std::string caption;
};

/// What `table.align` says of a column, or the default.
Align alignment(const Table& table, std::size_t column);

/// Columns a terminal needs for UTF-8 text: CJK and emoji two, combining marks none.
int display_width(std::string_view text);

/// The table with aligned columns, a line a row, each ended by \n.
std::string format_table(const Table& table);
/// The table in Markdown, its caption a line above; "|" in cells is escaped.
std::string markdown_table(const Table& table);
/// A text as a cell of such a table.
std::string markdown_cell(std::string_view text);
/// Writes format_table(table) to `file`.
void print_table(const Table& table, std::FILE* file = stdout);

}  // namespace roformer::report
