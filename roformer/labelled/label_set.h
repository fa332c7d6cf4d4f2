// The labels of a classification, their numbers, and what a set of them must have to be learned.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "roformer/base/hash.h"
#include "roformer/labelled/labelled_text.h"

namespace roformer::labelled {

/// Names in the order of their numbers.
class LabelSet {
 public:
  /// Throws Error for fewer than two names, an empty one, or one that stands twice.
  explicit LabelSet(std::vector<std::string> names);

  std::int64_t size() const { return std::ssize(names_); }
  const std::vector<std::string>& names() const { return names_; }
  /// The number of a label; none outside the set.
  std::optional<std::int64_t> find(std::string_view name) const;
  /// The number of a label. Throws Error that begins with `place` and names the nearest label for
  /// one that is empty or outside the set.
  std::int64_t number(std::string_view name, std::string_view place) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int64_t, base::StringHash, std::equal_to<>> numbers_;
};

/// Each name once: in the order of the numbers if all are whole numbers, else by their bytes.
std::vector<std::string> in_label_order(std::vector<std::string> names);

/// The labels that occur in the text. Throws Error naming file and line for an empty label, or for
/// a text that has one label alone.
LabelSet find_labels(const LabelledText& training);

/// The number of each example's label. Throws Error naming file and line for one outside the set,
/// as one that occurs in validation alone is.
std::vector<std::int64_t> label_numbers(const LabelledText& text, const LabelSet& labels);

/// How often each label occurs.
std::vector<std::int64_t> count_labels(const std::vector<std::int64_t>& numbers,
                                       const LabelSet& labels);
/// "a 12, b 0", for people.
std::string describe_counts(const std::vector<std::int64_t>& counts, const LabelSet& labels);

/// Throws Error with all counts unless each label has an example to learn from, which labels that
/// were named (GLUE's, a recipe's) may lack; where one of `held_out` has it, that is named with
/// file and line.
void require_every_class(const std::vector<std::int64_t>& training_counts, const LabelSet& labels,
                         const LabelledText& held_out = {});

/// The same of other examples: `what` is "examples of each label", `place_of` says where a held-out
/// one has the label, or nothing.
void require_every_label(const std::vector<std::int64_t>& training_counts, const LabelSet& labels,
                         const char* what,
                         const std::function<std::string(const std::string& label)>& place_of);

/// The labels of a regression. Throws Error naming file and line for one that is no finite number.
std::vector<double> label_scores(const LabelledText& text);

}  // namespace roformer::labelled
