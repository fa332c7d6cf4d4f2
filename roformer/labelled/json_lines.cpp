#include "roformer/labelled/json_lines.h"

#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/base/json_text.h"
#include "roformer/labelled/text_file.h"

namespace roformer::labelled {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostKeys = 1000;

struct JsonRow {
  std::int64_t line;
  std::vector<Field> fields;
};

Field field_of(const Json& value, const std::string& place) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    // A NUL is an escape here; the file itself has none.
    base::require(text.find('\0') == std::string::npos,
                  "[labelled] {}: expected text but got a NUL (\\u0000) in it", place);
    return {FieldKind::text, text};
  }
  if (value.is_number()) return {FieldKind::number, value.dump()};
  if (value.is_boolean()) return {FieldKind::boolean, value.dump()};
  if (value.is_null()) return {FieldKind::null};
  return {value.is_array() ? FieldKind::list : FieldKind::object};
}

class JsonColumns {
 public:
  std::size_t of(const std::string& key) {
    const auto [entry, is_new] = numbers_.try_emplace(key, names_.size());
    if (is_new) names_.push_back(key);
    return entry->second;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

Json parse_row(std::string_view line, const std::string& place) {
  base::require(!line.empty(), "[labelled] {}: expected a JSON object but got an empty line",
                place);
  Json row = base::parse_json(line, place);
  base::require(row.is_object(), "[labelled] {}: expected a JSON object but got {}", place,
                row.is_array() ? "a list" : row.type_name());
  return row;
}

JsonRow row_of(std::string_view line, std::int64_t number, const std::string& place,
               JsonColumns& columns) {
  JsonRow row{number, std::vector<Field>(columns.names().size(), Field{FieldKind::absent})};
  const Json object = parse_row(line, place);
  for (const auto& [key, value] : object.items()) {
    const std::size_t column = columns.of(key);
    // Keys that are values (an id in each line) would make a table of rows × rows fields.
    base::require(column < kMostKeys,
                  "[labelled] {}: expected the same keys in each line but got more than {} in all",
                  place, kMostKeys);
    if (column >= row.fields.size()) row.fields.resize(column + 1, Field{FieldKind::absent});
    row.fields[column] = field_of(value, place);
  }
  return row;
}

}  // namespace

Table read_json_lines(std::string_view text, const std::string& file) {
  JsonColumns columns;
  std::vector<JsonRow> rows;
  TextLines lines(without_last_line_ends(text));
  for (std::string_view line; lines.next(line);)
    rows.push_back(row_of(line, lines.line(), place_of(file, lines.line()), columns));
  base::require(!rows.empty(), "[labelled] {}: expected JSON objects but got an empty file",
                place_of(file, 1));
  Table table(file, columns.names());
  for (const JsonRow& row : rows) table.add_row(row.line, row.fields);
  return table;
}

}  // namespace roformer::labelled
