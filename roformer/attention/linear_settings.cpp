#include "roformer/attention/linear_settings.h"

#include <algorithm>
#include <cmath>

namespace roformer::attention {

bool draws_features(const LinearSettings& settings) {
  return settings.feature_map == "favor" || settings.feature_map == "relu";
}

std::int64_t feature_size(const LinearSettings& settings, std::int64_t head_size) {
  if (!draws_features(settings)) return head_size;
  if (settings.num_features > 0) return settings.num_features;
  // D ln D as in performer-pytorch; Eq. 19 turns features in pairs, and it is odd at D = 48, 128.
  const auto size = static_cast<double>(head_size);
  const auto features = static_cast<std::int64_t>(size * std::log(size));
  return std::max<std::int64_t>(2, features + features % 2);
}

void validate(const LinearSettings& settings) {
  for_each_option(settings, [](const base::Option& option, const auto& value) {
    base::require_allowed("[attention]", option, value);
  });
}

}  // namespace roformer::attention
