#include "roformer/labelled/choices.h"

#include <algorithm>
#include <set>

#include "roformer/base/error.h"
#include "roformer/labelled/labelled_text.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

void require_choices(const ChoiceColumns& columns) {
  base::require(columns.choices.size() >= 2,
                "[labelled] expected at least two columns of choices but got {}",
                columns.choices.size());
  std::set<std::string_view> seen;
  for (const auto& name : columns.choices) {
    base::require(seen.insert(name).second,
                  "[labelled] expected each column of choices once but got '{}' twice",
                  in_brief(name));
  }
}

// −1: none of the three forms.
std::int64_t choice_number(std::string_view label, const std::vector<std::string>& names) {
  const auto count = std::ssize(names);
  if (!label.empty() && label.find_first_not_of("0123456789") == label.npos) {
    constexpr std::size_t most_digits = 9;
    const std::int64_t number = label.size() > most_digits ? count : std::stoll(std::string(label));
    return number < count ? number : -1;
  }
  const auto named = std::find(names.begin(), names.end(), label);
  if (named != names.end()) return named - names.begin();
  if (label.size() != 1) return -1;
  const std::int64_t letter = (label[0] | 0x20) - 'a';  // in lower case
  const bool is_letter = letter >= 0 && letter < std::min<std::int64_t>(count, 26);
  return is_letter && (label[0] & 0x40) != 0 ? letter : -1;
}

class ChoiceTable {
 public:
  ChoiceTable(const Table& table, const ChoiceColumns& names)
      : table_(table),
        names_(names),
        context_(table.column(names.context)),
        prefix_(names.prefix.empty() ? -1 : table.column(names.prefix)),
        label_(names.label.empty() ? -1 : table.column(names.label)) {
    for (const auto& name : names.choices) choices_.push_back(table.column(name));
  }

  ChoiceExample example(std::int64_t row) const {
    ChoiceExample example{.context = text(row, context_)};
    const std::string prefix =
        prefix_ < 0 ? std::string() : std::string(table_.text(row, prefix_)) + " ";
    for (const std::int64_t column : choices_)
      example.choices.push_back(prefix + text(row, column));
    if (label_ >= 0) example.right = right_choice(row);
    example.line = table_.line(row);
    return example;
  }

 private:
  std::string text(std::int64_t row, std::int64_t column) const {
    const std::string_view text = table_.text(row, column);
    base::require(!is_blank(text), "[labelled] {}: expected text under '{}' but got an empty one",
                  table_.place(row), in_brief(table_.columns()[static_cast<std::size_t>(column)]));
    return std::string(text);
  }

  std::int64_t right_choice(std::int64_t row) const {
    const std::string_view label = table_.value(row, label_);
    const std::int64_t number = choice_number(label, names_.choices);
    base::require(number >= 0,
                  "[labelled] {}: expected a choice's number from 0 to {}, its letter from A, or "
                  "one of {} under '{}' but got '{}'",
                  table_.place(row), names_.choices.size() - 1, in_brief(names_.choices),
                  in_brief(names_.label), in_brief(label));
    return number;
  }

  const Table& table_;
  const ChoiceColumns& names_;
  std::int64_t context_, prefix_, label_;
  std::vector<std::int64_t> choices_;
};

}  // namespace

std::string ChoiceText::place(const ChoiceExample& example) const {
  return place_of(files[static_cast<std::size_t>(example.file)], example.line);
}

ChoiceText read_choices(const std::vector<std::filesystem::path>& files,
                        const ChoiceColumns& columns, const TableOptions& options) {
  require_choices(columns);
  ChoiceText text;
  for (const auto& file : files) {
    const Table table = read_table(file, options);
    const ChoiceTable rows(table, columns);
    for (std::int64_t row = 0; row < table.num_rows(); ++row) {
      text.examples.push_back(rows.example(row));
      text.examples.back().file = static_cast<std::int32_t>(text.files.size());
    }
    text.files.push_back(table.file());
    text.skipped.add(table.skipped());
  }
  return text;
}

}  // namespace roformer::labelled
