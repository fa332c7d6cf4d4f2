#include "roformer/labelled/label_set.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc() || stopped != end) return std::nullopt;
  return number;
}

std::optional<double> finite_number(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc() || stopped != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

// "; FILE:3 has it", of the first example with this label.
std::string first_place_of(const std::string& label, const LabelledText& text) {
  for (const Example& example : text.examples)
    if (example.label == label) return "; " + text.place(example) + " has it";
  return {};
}

}  // namespace

LabelSet::LabelSet(std::vector<std::string> names) : names_(std::move(names)) {
  base::require(names_.size() >= 2, "[labelled] expected at least two labels but got {} ({})",
                names_.size(), in_brief(names_));
  for (const auto& name : names_) {
    base::require(!is_blank(name), "[labelled] expected the names of labels but got an empty one");
    base::require(numbers_.try_emplace(name, std::ssize(numbers_)).second,
                  "[labelled] expected each label once but got '{}' twice", in_brief(name));
  }
}

std::optional<std::int64_t> LabelSet::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::int64_t LabelSet::number(std::string_view name, std::string_view place) const {
  base::require(!is_blank(name), "[labelled] {}: expected a label but got an empty one", place);
  const auto found = find(name);
  if (found) return *found;
  base::fail("[labelled] {}: expected one of the labels {} but got '{}'{}", place, in_brief(names_),
             in_brief(name), base::did_you_mean(in_brief(name), names_));
}

std::vector<std::string> in_label_order(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const bool numeric = std::all_of(names.begin(), names.end(),
                                   [](const auto& name) { return whole_number(name).has_value(); });
  if (!numeric) return names;
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return *whole_number(a) < *whole_number(b);
  });
  return names;
}

LabelSet find_labels(const LabelledText& training) {
  std::vector<std::string> names;
  for (const Example& example : training.examples) {
    base::require(!is_blank(example.label), "[labelled] {}: expected a label but got an empty one",
                  training.place(example));
    names.push_back(example.label);
  }
  names = in_label_order(std::move(names));
  base::require(names.size() >= 2,
                "[labelled] {}: expected examples of at least two labels but got {} of '{}'",
                in_brief(training.files), training.examples.size(), in_brief(names));
  return LabelSet(std::move(names));
}

std::vector<std::int64_t> label_numbers(const LabelledText& text, const LabelSet& labels) {
  std::vector<std::int64_t> numbers;
  for (const Example& example : text.examples) {
    const auto known = labels.find(example.label);
    numbers.push_back(known ? *known : labels.number(example.label, text.place(example)));
  }
  return numbers;
}

std::vector<std::int64_t> count_labels(const std::vector<std::int64_t>& numbers,
                                       const LabelSet& labels) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(labels.size()));
  for (const std::int64_t number : numbers) ++counts.at(static_cast<std::size_t>(number));
  return counts;
}

std::string describe_counts(const std::vector<std::int64_t>& counts, const LabelSet& labels) {
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    text += fmt::format("{}{} {}", i > 0 ? ", " : "", in_brief(labels.names()[i]), counts[i]);
  }
  return text;
}

void require_every_class(const std::vector<std::int64_t>& training_counts, const LabelSet& labels,
                         const LabelledText& held_out) {
  require_every_label(training_counts, labels, "examples of each label",
                      [&](const std::string& label) { return first_place_of(label, held_out); });
}

void require_every_label(const std::vector<std::int64_t>& training_counts, const LabelSet& labels,
                         const char* what,
                         const std::function<std::string(const std::string& label)>& place_of) {
  const auto none = std::find(training_counts.begin(), training_counts.end(), 0);
  if (none == training_counts.end()) return;
  const auto& name = labels.names()[static_cast<std::size_t>(none - training_counts.begin())];
  base::fail("[labelled] expected {} to learn from but got none of '{}' ({}){}", what,
             in_brief(name), describe_counts(training_counts, labels), place_of(name));
}

std::vector<double> label_scores(const LabelledText& text) {
  std::vector<double> scores;
  for (const Example& example : text.examples) {
    const auto score = finite_number(example.label);
    base::require(score.has_value(), "[labelled] {}: expected a finite number but got '{}'",
                  text.place(example), in_brief(example.label));
    scores.push_back(*score);
  }
  return scores;
}

}  // namespace roformer::labelled
