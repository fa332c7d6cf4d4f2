#include "roformer/head/description.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/format/printable.h"

namespace roformer::head {

std::int64_t Holdings::rows(const std::string& name) const {
  const auto found = shapes.find(name);
  return found == shapes.end() || found->second.empty() ? 0 : found->second.front();
}

const std::string& Description::class_name(const std::string& model_type) const {
  const auto found = classes.find(model_type);
  base::require(found != classes.end(), "[head] expected a head that model_type {} has but got {}",
                model_type, classes.begin()->second);
  return found->second;
}

bool Description::has_weights(const Holdings& holdings) const {
  const std::vector<std::string> names = weights(holdings);
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return holdings.has(name); });
}

std::string labels_in_words(const Holdings& holdings) {
  constexpr std::size_t most_shown = 6;
  const std::vector<std::string>& labels = holdings.head.labels;
  if (labels.empty()) return {};
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(most_shown, labels.size()); ++i)
    shown.push_back(format::printable(labels[i]));
  return fmt::format(" ({}{})", fmt::join(shown, ", "), labels.size() > most_shown ? ", …" : "");
}

}  // namespace roformer::head
