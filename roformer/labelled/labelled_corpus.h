// Texts and pairs of texts with a class or a number each, as tokens: what classifiers and
// regressions learn from.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "roformer/labelled/encoded_corpus.h"
#include "roformer/labelled/glue.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/labelled_parts.h"

namespace roformer::labelled {

class LabelledCorpus final : public EncodedCorpus {
 public:
  /// Reads and encodes all parts; the labels are GLUE's, or choose_labels(). Says on standard error
  /// how many rows were cut. Throws Error naming file and line for rows that cannot be read, labels
  /// outside the set and numbers that are none; and for another options.use than classes or
  /// numbers.
  explicit LabelledCorpus(const LabelledOptions& options);

  bool has_classes() const { return options().use == LabelUse::classes; }
  /// GLUE's task, whose metrics stand beside; none for other files.
  const std::optional<GlueTask>& glue() const { return glue_; }
  /// Numbers of labels, by row.
  const std::vector<std::int64_t>& classes(data::Split split) const {
    return classes_[static_cast<std::size_t>(split)];
  }
  /// How often each class occurs in training.
  std::vector<std::int64_t> training_counts() const {
    return count_labels(classes(data::Split::training), *labels_);
  }
  /// Of a regression, by row.
  const std::vector<double>& numbers(data::Split split) const {
    return numbers_[static_cast<std::size_t>(split)];
  }

 private:
  std::string title() const override { return glue_ ? glue_->name + ": " : ""; }
  std::string describe_labels(data::Split split) const override;
  std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const override;
  void find_classes(const LabelledParts& parts);
  void read_labels(const LabelledParts& parts);
  void warn_of_one_class() const;

  std::optional<GlueTask> glue_;
  std::optional<LabelSet> labels_;  // as files have them
  std::array<std::vector<std::int64_t>, 3> classes_;
  std::array<std::vector<double>, 3> numbers_;
};

}  // namespace roformer::labelled
