#include "roformer/attention/linear_settings.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

LinearSettings linear_settings(const std::string& map, std::int64_t features = 0) {
  LinearSettings settings;
  settings.feature_map = map;
  settings.num_features = features;
  return settings;
}

TEST(LinearSettings, SizesOfFeatures) {
  for (const char* map : {"elu", "shen", "shen_exp"}) {
    EXPECT_FALSE(draws_features(linear_settings(map)));
    EXPECT_EQ(feature_size(linear_settings(map, 99), 64), 64) << map;
  }
  for (const char* map : {"favor", "relu"}) {
    EXPECT_TRUE(draws_features(linear_settings(map)));
    EXPECT_EQ(feature_size(linear_settings(map, 99), 64), 99) << map;
    EXPECT_EQ(feature_size(linear_settings(map), 64), 266);  // 64 ln 64 = 266.17
    EXPECT_EQ(feature_size(linear_settings(map), 48), 186);  // 185.8: odd, and one more
    EXPECT_EQ(feature_size(linear_settings(map), 2), 2);     // 1.4
  }
}

TEST(LinearSettings, RefusesWhatItDoesNotKnow) {
  EXPECT_NO_THROW(validate(LinearSettings()));
  EXPECT_THROW(validate(linear_settings("cosine")), Error);
  EXPECT_THROW(validate(linear_settings("favor", -1)), Error);
  LinearSettings settings;
  settings.redraw_interval = -1;
  EXPECT_THROW(validate(settings), Error);
  settings = LinearSettings();
  settings.rotation = "outputs";
  EXPECT_THROW(validate(settings), Error);
}

}  // namespace
}  // namespace roformer::attention
