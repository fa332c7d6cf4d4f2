// What a user may choose of linear attention (Eq. 18 and 19), without tensors.
#pragma once
#include <cstdint>
#include <string>

namespace roformer::attention {

/// The feature map φ and where a rotary encoding turns; formulas in feature_map.h.
struct LinearSettings {
  std::string feature_map = "elu";      // elu, shen, shen_exp, favor, relu
  std::int64_t num_features = 0;        // favor, relu: m; 0: D ln D, rounded up to an even number
  std::int64_t redraw_interval = 1000;  // favor, relu: updates between two draws of w; 0: never
  // features: φ(q) and φ(k) turn, in the numerator alone (Eq. 19); inputs: q and k turn before φ
  // (performer-pytorch).
  std::string rotation = "features";

  bool operator==(const LinearSettings&) const = default;
};

/// visit(key, member) for each option: its key in recipes and config.json, and the value.
template <typename Settings, typename Visit>
void for_each_option(Settings& s, const Visit& visit) {
  visit("feature_map", s.feature_map);
  visit("num_features", s.num_features);
  visit("feature_redraw_interval", s.redraw_interval);
  visit("feature_rotation", s.rotation);
}

/// Whether φ has random features: favor, relu.
bool draws_features(const LinearSettings& settings);

/// Numbers that φ makes of a head's D: D itself, but num_features of favor and relu.
std::int64_t feature_size(const LinearSettings& settings, std::int64_t head_size);

/// Throws Error "[attention] expected … but got …" naming the key: unknown names, sizes < 1.
void validate(const LinearSettings& settings);

}  // namespace roformer::attention
