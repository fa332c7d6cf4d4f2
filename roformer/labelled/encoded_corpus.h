// A labelled text as tokens: what is the same whatever its labels are.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/labelled/encoded_part.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/text/tokenizer.h"

namespace roformer::labelled {

class RowEncoder;

class EncodedCorpus {
 public:
  virtual ~EncodedCorpus() = default;

  const LabelledOptions& options() const { return options_; }
  /// Whether there is a part to learn from: not where a finished model's figures alone are asked
  /// for.
  bool learns() const { return !options_.model_labels; }
  const text::Tokenizer& tokenizer() const { return *tokenizer_; }
  const EncodedPart& part(data::Split split) const {
    return parts_[static_cast<std::size_t>(split)];
  }
  /// The names of the model's labels; none where it gives numbers.
  const std::vector<std::string>& label_names() const { return label_names_; }

  /// A line for people: examples of each part, labels, where they come from.
  std::string summary() const;
  /// Changes with examples, labels and vocabulary.
  std::string fingerprint() const;
  /// What examples are called: "rows", "sentences", "questions".
  const std::string& unit() const { return unit_; }
  /// What an epoch reads, in words: "1,234 rows".
  virtual std::string epoch() const;

 protected:
  EncodedCorpus(const LabelledOptions& options, std::string unit)
      : options_(options), unit_(std::move(unit)) {}

  /// The vocabulary is options.vocabulary's, or trained on these texts and kept in the cache.
  void find_tokenizer(const std::function<std::vector<std::string>()>& training_texts);
  void set_part(data::Split split, EncodedPart part) {
    parts_[static_cast<std::size_t>(split)] = std::move(part);
  }
  /// The labels as files have them: options.labels, else a finished model's, else what `find` says
  /// of the training part. The model's names are these, or its own where it is finished. Throws
  /// Error for options.labels that are no other names for a finished model's, in its order.
  LabelSet choose_labels(const std::function<LabelSet()>& find);
  void set_label_names(std::vector<std::string> names) { label_names_ = std::move(names); }
  void set_origin(std::string origin) { origin_ = std::move(origin); }
  /// Says on standard error how many rows were cut, if any.
  static void warn_of_cut(const RowEncoder& rows);

 private:
  /// What stands before the parts' numbers, "MRPC: ", and behind one, ", labels a 3, b 4".
  virtual std::string title() const { return {}; }
  virtual std::string describe_labels(data::Split /*split*/) const { return {}; }
  /// Adds a part's labels to a hash.
  virtual std::uint64_t hash_labels(data::Split split, std::uint64_t hash) const = 0;

  LabelledOptions options_;
  std::string unit_;
  std::optional<text::Tokenizer> tokenizer_;
  std::array<EncodedPart, 3> parts_;
  std::vector<std::string> label_names_;
  std::string origin_;
};

/// The three parts, in their order.
inline constexpr data::Split all_parts[] = {data::Split::training, data::Split::validation,
                                            data::Split::test};

}  // namespace roformer::labelled
