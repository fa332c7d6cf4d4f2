// A part of a labelled text as the model reads it: rows of tokens, and which of them are read
// together.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roformer/text/encoding.h"

namespace roformer::labelled {

/// Rows begin … end − 1 of a part.
struct RowRange {
  std::int64_t begin, end;
  std::int64_t size() const { return end - begin; }
};

/// An example is what is drawn as one: a text or a pair; all choices of a question, all rows of a
/// ranking, all windows of a long text.
class EncodedPart {
 public:
  std::int64_t num_rows() const { return std::ssize(row_begins_) - 1; }
  std::span<const std::int32_t> ids(std::int64_t row) const { return of(ids_, row); }
  std::span<const std::int32_t> type_ids(std::int64_t row) const { return of(type_ids_, row); }
  std::int64_t length(std::int64_t row) const { return std::ssize(ids(row)); }

  std::int64_t num_examples() const { return std::ssize(example_begins_) - 1; }
  RowRange rows_of(std::int64_t example) const;
  /// Tokens of all rows of an example.
  std::int64_t tokens_of(std::int64_t example) const;

  /// Adds a row to the example that is being made.
  void add_row(const text::Encoding& encoding);
  /// What was added since the last end is an example. Throws Error if that is nothing.
  void end_example();

 private:
  std::span<const std::int32_t> of(const std::vector<std::int32_t>& values, std::int64_t row) const;

  std::vector<std::int32_t> ids_, type_ids_;
  std::vector<std::size_t> row_begins_ = {0};
  std::vector<std::int64_t> example_begins_ = {0};
};

}  // namespace roformer::labelled
