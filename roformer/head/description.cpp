#include "roformer/head/description.h"

namespace roformer::head {

bool Holdings::has(const std::string& beginning) const {
  const auto found = shapes.lower_bound(beginning);
  return found != shapes.end() && found->first.starts_with(beginning);
}

std::int64_t Holdings::rows(const std::string& name) const {
  const auto found = shapes.find(name);
  return found == shapes.end() || found->second.empty() ? 0 : found->second.front();
}

}  // namespace roformer::head
