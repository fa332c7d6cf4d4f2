#include "roformer/labelled/table.h"

#include <algorithm>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/names.h"
#include "roformer/base/nearest_name.h"
#include "roformer/labelled/delimited_text.h"
#include "roformer/labelled/json_lines.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

namespace fs = std::filesystem;

constexpr base::Named<TableKind> kTableEndings[] = {{".tsv", TableKind::tab_separated},
                                                    {".csv", TableKind::comma_separated},
                                                    {".jsonl", TableKind::json_lines},
                                                    {".ndjson", TableKind::json_lines},
                                                    {".json", TableKind::json_lines}};

constexpr base::Named<FieldKind> kFieldKinds[] = {
    {"text", FieldKind::text},         {"a number", FieldKind::number},
    {"a boolean", FieldKind::boolean}, {"no such key", FieldKind::absent},
    {"null", FieldKind::null},         {"a list", FieldKind::list},
    {"an object", FieldKind::object}};

void require_names_once(const std::string& file, const std::vector<std::string>& columns) {
  std::set<std::string_view> seen;
  for (const auto& name : columns) {
    // Columns without a name (a data frame's index) cannot be asked for, and may be several.
    base::require(name.empty() || seen.insert(name).second,
                  "[labelled] {}: expected each column's name once but got '{}' twice",
                  place_of(file, 1), in_brief(name));
  }
}

}  // namespace

TableKind table_kind(const fs::path& file) {
  fs::path name = file.filename();
  for (const char* packed : {".xz", ".gz", ".lz4", ".zst"}) {
    if (name.extension() != packed) continue;
    name.replace_extension();
    break;
  }
  const auto kind = base::find_named(kTableEndings, name.extension().string());
  base::require(kind.has_value(),
                "[labelled] {}: expected a file named .tsv, .csv, .jsonl or .json (and .xz or .gz "
                "behind it) but got '{}'",
                file.string(), name.extension().string());
  return *kind;
}

void SkippedRows::add(const SkippedRows& other) {
  if (count == 0) first = other.first;
  count += other.count;
}

Table::Table(std::string file, std::vector<std::string> columns, bool named)
    : file_(std::move(file)), columns_(std::move(columns)), named_(named) {
  if (named_) require_names_once(file_, columns_);
}

void Table::add_row(std::int64_t line, const std::vector<Field>& fields) {
  base::require(fields.size() <= columns_.size(), "[labelled] {}: expected {} fields but got {}",
                place_of(file_, line), columns_.size(), fields.size());
  lines_.push_back(line);
  for (const Field& field : fields) {
    bytes_ += field.text;
    ends_.push_back(bytes_.size());
    kinds_.push_back(field.kind);
  }
  ends_.resize(lines_.size() * columns_.size(), bytes_.size());
  kinds_.resize(ends_.size(), FieldKind::absent);
}

void Table::skip_row(std::int64_t line) {
  if (skipped_.count++ == 0) skipped_.first = place_of(file_, line);
}

std::string Table::place(std::int64_t row) const {
  return place_of(file_, line(row));
}

std::size_t Table::index(std::int64_t row, std::int64_t column) const {
  return static_cast<std::size_t>(row) * columns_.size() + static_cast<std::size_t>(column);
}

std::string_view Table::bytes(std::size_t field) const {
  const std::size_t begin = field == 0 ? 0 : ends_[field - 1];
  return std::string_view(bytes_).substr(begin, ends_[field] - begin);
}

std::optional<std::int64_t> Table::find(std::string_view name) const {
  if (name.empty()) return std::nullopt;
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found == columns_.end()) return std::nullopt;
  return found - columns_.begin();
}

std::int64_t Table::column(std::string_view name) const {
  const auto found = find(name);
  if (found) return *found;
  base::require(named_,
                "[labelled] {}: expected a column's number from 1 to {}, since the file has no "
                "header, but got '{}'",
                place_of(file_, 1), columns_.size(), in_brief(name));
  const bool is_number = !name.empty() && name.find_first_not_of("0123456789") == name.npos;
  base::fail("[labelled] {}: expected a column '{}'{} but got {}{}", place_of(file_, 1),
             in_brief(name), base::did_you_mean(in_brief(name), columns_), in_brief(columns_),
             is_number ? "; numbers count columns only where the file has no header" : "");
}

void Table::fail_kind(std::int64_t row, std::int64_t column, const char* expected) const {
  base::fail("[labelled] {}: expected {} under '{}' but got {}", place(row), expected,
             in_brief(columns_[static_cast<std::size_t>(column)]),
             base::name_in(kFieldKinds, kinds_[index(row, column)]));
}

std::string_view Table::text(std::int64_t row, std::int64_t column) const {
  const std::size_t field = index(row, column);
  if (kinds_[field] != FieldKind::text) fail_kind(row, column, "text");
  return bytes(field);
}

std::string_view Table::value(std::int64_t row, std::int64_t column) const {
  const std::size_t field = index(row, column);
  if (kinds_[field] > FieldKind::boolean) fail_kind(row, column, "text or a number");
  return bytes(field);
}

Table read_table(const fs::path& file, const TableOptions& options) {
  const TableKind kind = options.kind ? *options.kind : table_kind(file);
  const std::string text = read_text(file);
  if (kind == TableKind::json_lines) return read_json_lines(text, file.string());
  const bool is_csv = kind == TableKind::comma_separated;
  const DelimitedFormat format{.delimiter = is_csv ? ',' : '\t',
                               .quotes = options.quotes.value_or(is_csv),
                               .has_header = options.has_header,
                               .skip_uneven_rows = options.skip_uneven_rows};
  return read_delimited_text(text, file.string(), format);
}

}  // namespace roformer::labelled
