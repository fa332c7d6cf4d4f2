#include "roformer/head/description.h"

#include "roformer/base/error.h"

namespace roformer::head {

bool Holdings::has(const std::string& beginning) const {
  const auto found = shapes.lower_bound(beginning);
  return found != shapes.end() && found->first.starts_with(beginning);
}

std::int64_t Holdings::rows(const std::string& name) const {
  const auto found = shapes.find(name);
  return found == shapes.end() || found->second.empty() ? 0 : found->second.front();
}

bool Holdings::is_choice() const {
  return rows("classifier.weight") == 1 && head.num_labels > 1;
}

const ClassOfFamily& Description::of(const std::string& model_type) const {
  const auto found = classes.find(model_type);
  base::require(found != classes.end(), "[head] expected a head that model_type {} has but got {}",
                model_type, classes.begin()->second.name);
  return found->second;
}

}  // namespace roformer::head
