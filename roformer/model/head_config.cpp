#include "roformer/model/head_config.h"

#include "roformer/base/error.h"
#include "roformer/model/activation_name.h"

namespace roformer::model {

void validate(const HeadConfig& head) {
  base::require(head.num_labels >= 1, "[model] expected num_labels >= 1 but got {}",
                head.num_labels);
  for_each_option(head, [&](const base::Option& option, const auto& value) {
    if (option.key == std::string_view("problem_type") && head.problem_type.empty()) return;
    base::require_allowed("[model]", option, value);
  });
  if (!head.summary.activation.empty() && head.summary.activation != "tanh")
    parse_activation(head.summary.activation);
}

}  // namespace roformer::model
