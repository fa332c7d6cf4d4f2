// Queries and what is ranked for each, as tokens: a row a pair of both, all rows of a query one
// example.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/labelled/encode_texts.h"
#include "roformer/labelled/encoded_corpus.h"
#include "roformer/labelled/queries.h"

namespace roformer::labelled {

class RankingCorpus final : public EncodedCorpus {
 public:
  /// Queries whose rows are all as good say nothing about an order: they are left out, and counted
  /// on standard error. Those that have one text with two grades are counted there too.
  /// Throws Error as open_queries does, and for options of another use.
  explicit RankingCorpus(const LabelledOptions& options);

  /// How good each row is, by row: the larger the better.
  const std::vector<double>& grades(data::Split split) const {
    return grades_[static_cast<std::size_t>(split)];
  }
  /// A number of each example's query, the same for queries of one text.
  const std::vector<std::uint64_t>& queries(data::Split split) const {
    return queries_[static_cast<std::size_t>(split)];
  }
  /// Rows, and how many of them were longer than options.max_length.
  std::int64_t rows() const { return rows_; }
  std::int64_t cut_rows() const { return cut_rows_; }
  /// What of the test part's texts stands in the part that is learned from.
  const SharedTexts& shared() const { return shared_; }

 private:
  void encode(const QueryText& text, data::Split split, RowEncoder& rows);
  std::string describe_labels(data::Split split) const override;
  std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const override;

  std::array<std::vector<double>, 3> grades_;
  std::array<std::vector<std::uint64_t>, 3> queries_;
  std::int64_t rows_ = 0, cut_rows_ = 0, level_ = 0, twins_ = 0;
  std::string first_twins_;
  SharedTexts shared_;
};

}  // namespace roformer::labelled
