// Questions with several choices as tokens: a row a choice, beside what it goes on from.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "roformer/labelled/choices.h"
#include "roformer/labelled/encoded_corpus.h"
#include "roformer/labelled/parts.h"

namespace roformer::labelled {

class ChoiceCorpus final : public EncodedCorpus {
 public:
  /// Throws Error naming file and line for rows that cannot be read, and for options of another
  /// use.
  explicit ChoiceCorpus(const LabelledOptions& options);

  /// Rows of each question.
  std::int64_t num_choices() const { return std::ssize(options().choices); }
  /// The right choice from 0, by question.
  const std::vector<std::int64_t>& right(data::Split split) const {
    return right_[static_cast<std::size_t>(split)];
  }

 private:
  std::string describe_labels(data::Split split) const override;
  std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const override;

  std::array<std::vector<std::int64_t>, 3> right_;
};

}  // namespace roformer::labelled
