#include "roformer/report/table.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

namespace roformer::report {
namespace {

std::string_view cell(const std::vector<std::string>& row, std::size_t column) {
  return column < row.size() ? std::string_view(row[column]) : std::string_view();
}

std::vector<int> column_widths(const Table& table) {
  std::vector<int> widths;
  for (const auto& title : table.columns) widths.push_back(display_width(title));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(cell(row, i)));
  }
  return widths;
}

std::string format_row(const Table& table, const std::vector<std::string>& row,
                       const std::vector<int>& widths) {
  std::string line;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const auto text = cell(row, i);
    const std::string space(static_cast<std::size_t>(widths[i] - display_width(text)), ' ');
    if (i > 0) line += "  ";
    line += alignment(table, i) == Align::left ? fmt::format("{}{}", text, space)
                                               : fmt::format("{}{}", space, text);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

Align alignment(const Table& table, std::size_t column) {
  if (column < table.align.size()) return table.align[column];
  return column == 0 ? Align::left : Align::right;
}

int display_width(std::string_view text) {
  int width = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t character = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(bytes, left, &character);
    width += size > 0 ? utf8proc_charwidth(character) : 1;  // a stray byte shows as one mark
    bytes += std::max<utf8proc_ssize_t>(1, size);
    left -= std::max<utf8proc_ssize_t>(1, size);
  }
  return width;
}

std::string format_table(const Table& table) {
  const auto widths = column_widths(table);
  std::string text;
  if (!table.caption.empty()) text += table.caption + "\n";
  text += format_row(table, table.columns, widths);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i > 0) text += "  ";
    for (int dash = 0; dash < widths[i]; ++dash) text += "─";
  }
  text += "\n";
  for (const auto& row : table.rows) text += format_row(table, row, widths);
  return text;
}

std::string markdown_cell(std::string_view text) {
  std::string cell;
  for (const char letter : text) {
    if (letter == '|') cell += '\\';
    cell += letter == '\n' ? ' ' : letter;
  }
  return cell;
}

std::string markdown_table(const Table& table) {
  std::string head = "|", line = "|", rows;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    head += fmt::format(" {} |", markdown_cell(table.columns[column]));
    line += alignment(table, column) == Align::right ? "---:|" : "---|";
  }
  for (const auto& row : table.rows) {
    rows += "|";
    for (std::size_t column = 0; column < table.columns.size(); ++column)
      rows += fmt::format(" {} |", markdown_cell(cell(row, column)));
    rows += "\n";
  }
  const std::string caption = table.caption.empty() ? "" : table.caption + ":\n\n";
  return caption + head + "\n" + line + "\n" + rows;
}

void print_table(const Table& table, std::FILE* file) {
  fmt::print(file, "{}", format_table(table));
}

}  // namespace roformer::report
