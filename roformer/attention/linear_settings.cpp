#include "roformer/attention/linear_settings.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

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
  const std::string& map = settings.feature_map;
  base::require(
      map == "elu" || map == "shen" || map == "shen_exp" || map == "favor" || map == "relu",
      "[attention] expected feature_map to be one of elu, shen, shen_exp, favor, relu but got '{}'",
      map);
  base::require(settings.num_features >= 0, "[attention] expected num_features >= 0 but got {}",
                settings.num_features);
  base::require(settings.redraw_interval >= 0,
                "[attention] expected feature_redraw_interval >= 0 but got {}",
                settings.redraw_interval);
  base::require(settings.rotation == "features" || settings.rotation == "inputs",
                "[attention] expected feature_rotation to be features or inputs but got '{}'",
                settings.rotation);
}

}  // namespace roformer::attention
