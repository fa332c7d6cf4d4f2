#include "roformer/labelled/labelled_text.h"

#include "roformer/base/error.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"
#include "roformer/unicode/unicode.h"

namespace roformer::labelled {
namespace {

// Where the columns stand in one table; −1: not asked for.
struct ExampleColumns {
  ExampleColumns(const Table& table, const TextColumns& names)
      : text(table.column(names.text)),
        text_pair(optional(table, names.text_pair)),
        negative(optional(table, names.negative)),
        label(optional(table, names.label)),
        group(optional(table, names.group)),
        group_pair(optional(table, names.group_pair)) {}
  static std::int64_t optional(const Table& table, const std::string& name) {
    return name.empty() ? -1 : table.column(name);
  }

  std::int64_t text, text_pair, negative, label, group, group_pair;
};

std::string group_value(const Table& table, std::int64_t row, std::int64_t column) {
  if (column < 0) return {};
  const std::string_view value = table.value(row, column);
  // Rows without a value would all be of one group.
  base::require(!value.empty(), "[labelled] {}: expected a group under '{}' but got an empty value",
                table.place(row), in_brief(table.columns()[static_cast<std::size_t>(column)]));
  return std::string(value);
}

std::string value_or_empty(const Table& table, std::int64_t row, std::int64_t column) {
  return column < 0 ? std::string() : std::string(table.value(row, column));
}

void require_a_text(const Example& example, const TextColumns& names, const std::string& place) {
  if (!is_blank(example.text)) return;
  if (!example.text_pair) {
    base::fail("[labelled] {}: expected a text under '{}' but got an empty one", place,
               in_brief(names.text));
  }
  base::require(!is_blank(*example.text_pair),
                "[labelled] {}: expected a text under '{}' or '{}' but got two empty ones", place,
                in_brief(names.text), in_brief(names.text_pair));
}

Example example_of(const Table& table, std::int64_t row, const ExampleColumns& columns) {
  Example example{.text = std::string(table.text(row, columns.text))};
  if (columns.text_pair >= 0) example.text_pair = table.text(row, columns.text_pair);
  if (columns.negative >= 0) example.negative = table.text(row, columns.negative);
  example.label = value_or_empty(table, row, columns.label);
  example.group = group_value(table, row, columns.group);
  example.group_pair = group_value(table, row, columns.group_pair);
  example.line = table.line(row);
  return example;
}

}  // namespace

bool is_blank(std::string_view text) {
  return unicode::white_space_at_end(text) == text.size();
}

std::string LabelledText::place(const Example& example) const {
  return place_of(files[static_cast<std::size_t>(example.file)], example.line);
}

void LabelledText::append(LabelledText other) {
  const auto file = static_cast<std::int32_t>(files.size());
  files.insert(files.end(), other.files.begin(), other.files.end());
  skipped.add(other.skipped);
  for (Example& example : other.examples) {
    example.file += file;
    examples.push_back(std::move(example));
  }
}

LabelledText read_labelled_text(const std::vector<std::filesystem::path>& files,
                                const TextColumns& columns, const TableOptions& options) {
  LabelledText text;
  for (const auto& file : files) text.append(labelled_text_of(read_table(file, options), columns));
  return text;
}

LabelledText labelled_text_of(const Table& table, const TextColumns& columns) {
  const ExampleColumns places(table, columns);
  base::require(table.num_rows() > 0 || table.skipped().count > 0,
                "[labelled] {}: expected rows below the columns' names but got none",
                place_of(table.file(), 1));
  LabelledText text;
  text.files.push_back(table.file());
  text.skipped = table.skipped();
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    Example example = example_of(table, row, places);
    require_a_text(example, columns, table.place(row));
    text.examples.push_back(std::move(example));
  }
  return text;
}

}  // namespace roformer::labelled
