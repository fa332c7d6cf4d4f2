// Labelled texts of files: which columns they are in, and the examples that these make.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/labelled/example.h"
#include "roformer/labelled/table.h"

namespace roformer::labelled {

/// Columns by name, or by number from 1 where files have no header; empty: none.
struct TextColumns {
  std::string text;
  std::string text_pair = {};
  std::string negative = {};
  std::string label = {};
  std::string group = {};
  std::string group_pair = {};  // with `group`: rows are connected by equal values of either
};

struct LabelledText {
  std::vector<std::string> files;
  std::vector<Example> examples;
  SkippedRows skipped;  // left out; none unless TableOptions::skip_uneven_rows

  /// "FILE:LINE"
  std::string place(const Example& example) const;
  /// Adds another text's files and examples behind its own.
  void append(LabelledText other);
};

/// The examples of several files, one after another, whose columns may stand in different orders.
/// A text is empty if it is nothing but white space: an error, but of a pair one side may be empty,
/// since the other still says something. Labels are not looked at (label_set.h does). Throws Error
/// naming file and line for an empty text, an empty group, and whatever read_table refuses.
LabelledText read_labelled_text(const std::vector<std::filesystem::path>& files,
                                const TextColumns& columns, const TableOptions& options = {});

/// The same of one table.
LabelledText labelled_text_of(const Table& table, const TextColumns& columns);

/// Whether a text has nothing but white space.
bool is_blank(std::string_view text);

}  // namespace roformer::labelled
