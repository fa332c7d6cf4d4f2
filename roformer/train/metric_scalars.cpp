#include "roformer/train/metric_scalars.h"

#include <string>

namespace roformer::train {
namespace {

void add_numbers(const nlohmann::json& object, const std::string& prefix,
                 std::vector<report::Scalar>& scalars) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_number() && name != "step") {
      scalars.push_back({prefix + name, value.get<double>()});
    } else if (value.is_object()) {
      add_numbers(value, prefix + name + "/", scalars);
    }
  }
}

}  // namespace

std::vector<report::Scalar> metric_scalars(const nlohmann::json& line) {
  std::vector<report::Scalar> scalars;
  add_numbers(line, line.value("kind", "metrics") + "/", scalars);
  return scalars;
}

}  // namespace roformer::train
