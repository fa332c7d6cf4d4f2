// Rankings: a query and the texts that compete for it, each of which is as good as a number says.
// A file has a row for each of these texts, or one for a whole query: triplets, as CAIL2019-SCM's.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/labelled/parts.h"

namespace roformer::labelled {

struct Query {
  std::string text;
  std::vector<std::string> texts;  // that compete
  std::vector<double> grades;      // of each: the larger the better
  std::int32_t file = 0;           // number in QueryText::files
  std::int64_t line = 0;           // of its first row

  /// Whether all are as good, so that they have no order.
  bool is_level() const;
  /// Whether one text stands there with two grades: nothing can tell the two apart.
  bool has_twins() const;
};

struct QueryText {
  std::vector<std::string> files;
  std::vector<Query> queries;

  /// "FILE:LINE"
  std::string place(const Query& query) const;
};

/// The parts of the files that options name. Where a row has all texts of a query (options.choices)
/// the order of these is drawn anew by options.split_seed, so that their columns say nothing; else
/// rows alike in options.text are one query. Queries of one text are never in two parts. Throws
/// Error naming file and line for rows that cannot be read, and for labels that are no numbers, or
/// none of the columns.
Parts<QueryText> open_queries(const LabelledOptions& options);

/// Queries of one text are a group.
std::vector<std::uint64_t> group_hashes(const QueryText& text);
/// The queries of one part, in their order.
QueryText examples_of(const QueryText& text, const std::vector<data::Split>& parts,
                      data::Split part);

/// Of the texts of a part, queries and what competes: how many there are, and how many of them stand
/// in another part too.
struct SharedTexts {
  std::int64_t distinct = 0, shared = 0;
};
SharedTexts shared_texts(const QueryText& part, const QueryText& other);

}  // namespace roformer::labelled
