// Texts, pairs and triplets of texts as tokens, maybe with a number that says how near a pair is:
// what sentence encoders learn from.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "roformer/labelled/encoded_corpus.h"
#include "roformer/labelled/labelled_parts.h"

namespace roformer::labelled {

class EmbeddingCorpus final : public EncodedCorpus {
 public:
  /// Of files that are learned from the columns are asked for that the loss reads; of those that
  /// are held out data.text_pair, and data.label or else data.negative, where they are named. Each
  /// text is a row; with the loss simcse, and where there is no pair, the same text is two rows.
  /// Throws Error naming file and line for rows that cannot be read, a text that is empty, labels
  /// that are no numbers and those outside of 0 … task.largest_label with the loss cosine; and for
  /// options of another use or without a column that the loss needs.
  explicit EmbeddingCorpus(const LabelledOptions& options);

  /// Rows of each example: 2, or 3 with a negative. In their order: data.text, what belongs to it,
  /// data.negative.
  std::int64_t rows_of_example(data::Split split) const {
    return part(split).num_examples() > 0 ? part(split).rows_of(0).size() : 2;
  }
  /// Whether a part's second rows are others than its first.
  bool has_pairs(data::Split split) const {
    return split == data::Split::training ? !twice() : has_pairs_;
  }
  /// Whether there is a number for each pair of the part.
  bool has_labels(data::Split split) const {
    return split == data::Split::training ? options().embedding.learns_labels() : has_labels_;
  }
  /// The numbers, by example; none where there are no labels.
  const std::vector<double>& labels(data::Split split) const {
    return labels_[static_cast<std::size_t>(split)];
  }

 private:
  std::string title() const override { return options().glue.empty() ? "" : options().glue + ": "; }
  std::string describe_labels(data::Split split) const override;
  std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const override;
  /// Whether what is learned from is the same text twice.
  bool twice() const { return options().embedding.loss == "simcse"; }
  LabelledParts open_parts() const;
  void read_labels(const LabelledParts& parts);

  bool has_pairs_ = false, has_labels_ = false;  // of what is held out
  std::array<std::vector<double>, 3> labels_;
};

}  // namespace roformer::labelled
