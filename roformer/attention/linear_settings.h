// What a user may choose of linear attention (Eq. 18 and 19), without tensors.
#pragma once
#include <cstdint>
#include <string>

#include "roformer/base/option.h"

namespace roformer::attention {

/// The feature map φ and where a rotary encoding turns; formulas in feature_map.h.
struct LinearSettings {
  std::string feature_map = "elu";
  std::int64_t num_features = 0;
  std::int64_t redraw_interval = 1000;
  std::string rotation = "features";

  bool operator==(const LinearSettings&) const = default;
};

/// visit(base::Option, member) for each option.
void for_each_option(auto& s, const auto& visit) {
  using base::Option, base::at_least;
  visit(Option{"feature_map", "Eq. 18's φ", {}, {"elu", "shen", "shen_exp", "favor", "relu"}},
        s.feature_map);
  visit(Option{"num_features", "favor, relu: m; 0: D ln D, rounded up to even", at_least(0)},
        s.num_features);
  const char* interval = "favor, relu: updates between two draws of w; 0: never";
  visit(Option{"feature_redraw_interval", interval, at_least(0)}, s.redraw_interval);
  const char* rotation =
      "features: φ(q) and φ(k) turn, in the numerator alone (Eq. 19); inputs: q and k turn before "
      "φ "
      "(performer-pytorch)";
  visit(Option{"feature_rotation", rotation, {}, {"features", "inputs"}}, s.rotation);
}

/// Whether φ has random features: favor, relu.
bool draws_features(const LinearSettings& settings);

/// Numbers that φ makes of a head's D: D itself, but num_features of favor and relu.
std::int64_t feature_size(const LinearSettings& settings, std::int64_t head_size);

/// Throws Error "[attention] expected … but got …" naming the key: unknown names, sizes < 1.
void validate(const LinearSettings& settings);

}  // namespace roformer::attention
