// A labelled text as tokens: what classifiers and regressions of texts and pairs learn from.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/labelled/glue.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/labelled/labelled_parts.h"
#include "roformer/text/tokenizer.h"

namespace roformer::labelled {

/// What labels are.
enum class LabelKind { classes, numbers };

/// The rows of a part as the model reads them.
class EncodedPart {
 public:
  std::int64_t size() const { return std::ssize(begins_) - 1; }
  std::span<const std::int32_t> ids(std::int64_t row) const { return of(ids_, row); }
  std::span<const std::int32_t> type_ids(std::int64_t row) const { return of(type_ids_, row); }
  std::int64_t length(std::int64_t row) const { return std::ssize(ids(row)); }
  void add(const text::Encoding& encoding);

  std::vector<std::int64_t> classes;  // numbers of labels, by row
  std::vector<double> numbers;        // of a regression, by row
  std::int64_t cut = 0;               // rows that were longer than max_length

 private:
  std::span<const std::int32_t> of(const std::vector<std::int32_t>& values, std::int64_t row) const;

  std::vector<std::int32_t> ids_, type_ids_;
  std::vector<std::size_t> begins_ = {0};
};

class LabelledCorpus {
 public:
  /// Reads and encodes all parts; the vocabulary is options.vocabulary's, or trained on the
  /// training rows; the labels are options.labels, GLUE's, or those of the training rows. Says on
  /// standard error how many rows were cut. Throws Error naming file and line for rows that cannot
  /// be read, labels outside the set and numbers that are none.
  LabelledCorpus(const LabelledOptions& options, LabelKind kind);

  LabelKind kind() const { return kind_; }
  const LabelledOptions& options() const { return options_; }
  const text::Tokenizer& tokenizer() const { return *tokenizer_; }
  /// The names of the classes; none of a regression.
  const std::vector<std::string>& label_names() const { return label_names_; }
  /// GLUE's task, whose metrics stand beside; none for other files.
  const std::optional<GlueTask>& glue() const { return glue_; }
  const EncodedPart& part(data::Split split) const {
    return parts_[static_cast<std::size_t>(split)];
  }

  /// A line for people: rows of each part, how often each class occurs, where they come from.
  std::string summary() const;
  /// Changes with rows, labels and vocabulary.
  std::string fingerprint() const;

 private:
  EncodedPart encode(const LabelledText& text) const;
  void find_classes(const LabelledParts& parts);

  LabelledOptions options_;
  LabelKind kind_;
  std::optional<GlueTask> glue_;
  std::optional<text::Tokenizer> tokenizer_;
  std::optional<LabelSet> labels_;  // as files have them
  std::vector<std::string> label_names_;
  std::array<EncodedPart, 3> parts_;
  std::string origin_;
};

}  // namespace roformer::labelled
