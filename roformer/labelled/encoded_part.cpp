#include "roformer/labelled/encoded_part.h"

#include "roformer/base/error.h"

namespace roformer::labelled {

RowRange EncodedPart::rows_of(std::int64_t example) const {
  const auto at = static_cast<std::size_t>(example);
  return {example_begins_[at], example_begins_[at + 1]};
}

std::int64_t EncodedPart::tokens_of(std::int64_t example) const {
  const RowRange rows = rows_of(example);
  return static_cast<std::int64_t>(row_begins_[static_cast<std::size_t>(rows.end)] -
                                   row_begins_[static_cast<std::size_t>(rows.begin)]);
}

void EncodedPart::add_row(const text::Encoding& encoding) {
  ids_.insert(ids_.end(), encoding.ids.begin(), encoding.ids.end());
  type_ids_.insert(type_ids_.end(), encoding.type_ids.begin(), encoding.type_ids.end());
  row_begins_.push_back(ids_.size());
}

void EncodedPart::end_example() {
  base::require(num_rows() > example_begins_.back(),
                "[labelled] expected an example of at least one row but got none");
  example_begins_.push_back(num_rows());
}

std::span<const std::int32_t> EncodedPart::of(const std::vector<std::int32_t>& values,
                                              std::int64_t row) const {
  const auto at = static_cast<std::size_t>(row);
  return std::span(values).subspan(row_begins_[at], row_begins_[at + 1] - row_begins_[at]);
}

}  // namespace roformer::labelled
