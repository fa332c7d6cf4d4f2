// Queries and what is ranked for each, as tokens: a row a pair of both, all rows of a query one
// example.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "roformer/labelled/encoded_corpus.h"
#include "roformer/labelled/labelled_parts.h"

namespace roformer::labelled {

class RankingCorpus final : public EncodedCorpus {
 public:
  /// Rows alike in data.text are one query, wherever they stand. Queries whose rows are all as good
  /// say nothing about an order: they are left out, and counted on standard error. Throws Error
  /// naming file and line for rows that cannot be read and labels that are no numbers, and for
  /// options of another use or without data.text_pair.
  explicit RankingCorpus(const LabelledOptions& options);

  /// How good each row is, by row: the larger the better.
  const std::vector<double>& grades(data::Split split) const {
    return grades_[static_cast<std::size_t>(split)];
  }

 private:
  std::string describe_labels(data::Split split) const override;
  std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const override;

  std::array<std::vector<double>, 3> grades_;
};

}  // namespace roformer::labelled
