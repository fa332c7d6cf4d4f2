// Multiple choice: a context and some ways to go on, of which one is right (SWAG, RACE, any table).
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/labelled/table.h"

namespace roformer::labelled {

/// Columns by name, or by number from 1 where files have no header; empty: none.
struct ChoiceColumns {
  std::string context;
  std::string prefix = {};           // what each choice begins with: SWAG's sent2, a question
  std::vector<std::string> choices;  // at least two
  std::string label = {};            // the right choice
};

struct ChoiceExample {
  std::string context;
  std::vector<std::string> choices = {};  // a space between prefix and choice
  std::int64_t right = -1;                // from 0; −1: no label was asked for
  std::int32_t file = 0;                  // number in ChoiceText::files
  std::int64_t line = 0;
};

struct ChoiceText {
  std::vector<std::string> files;
  std::vector<ChoiceExample> examples;
  SkippedRows skipped;

  /// "FILE:LINE"
  std::string place(const ChoiceExample& example) const;
};

/// The examples of tables, one after another. A label is a number from 0, else the name of a
/// choice's column, else a letter from A or a. Throws Error naming file and line for a label that
/// is none of these, an empty context, an empty choice, and whatever read_table refuses; and for
/// fewer than two columns of choices, or one twice.
ChoiceText read_choices(const std::vector<std::filesystem::path>& files,
                        const ChoiceColumns& columns, const TableOptions& options = {});

}  // namespace roformer::labelled
