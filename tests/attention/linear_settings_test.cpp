#include "roformer/attention/linear_settings.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/base/test_files.h"

namespace roformer::attention {
namespace {

TEST(LinearSettings, RandomFeaturesHaveASizeOfTheirOwn) {
  LinearSettings settings;
  EXPECT_EQ(feature_size(settings, 48), 48);
  for (const char* map : {"favor", "relu"}) {
    settings.feature_map = map;
    settings.num_features = 0;
    EXPECT_TRUE(draws_features(settings));
    // D ln D rounded up to even: 64 · 4.158883 = 266.17, 48 · 3.871201 = 185.8, 2 ln 2 = 1.39.
    EXPECT_EQ(feature_size(settings, 64), 266);
    EXPECT_EQ(feature_size(settings, 48), 186);
    EXPECT_EQ(feature_size(settings, 2), 2);
    settings.num_features = 7;
    EXPECT_EQ(feature_size(settings, 64), 7);
  }
  for (const char* map : {"elu", "shen", "shen_exp"}) {
    settings.feature_map = map;
    EXPECT_FALSE(draws_features(settings));
    EXPECT_EQ(feature_size(settings, 64), 64);
  }
}

TEST(LinearSettings, WhatIsWrongIsNamed) {
  const std::pair<const char*, std::function<void(LinearSettings&)>> cases[] = {
      {"feature_map", [](auto& s) { s.feature_map = "cosine"; }},
      {"num_features", [](auto& s) { s.num_features = -1; }},
      {"feature_redraw_interval", [](auto& s) { s.redraw_interval = -1; }},
      {"feature_rotation", [](auto& s) { s.rotation = "outputs"; }}};
  for (const auto& [key, change] : cases) {
    LinearSettings settings;
    change(settings);
    const auto message = tests::error_message([&] { validate(settings); });
    EXPECT_TRUE(tests::has_text(message, key)) << message;
    EXPECT_TRUE(message.starts_with("[attention]")) << message;
  }
  EXPECT_NO_THROW(validate(LinearSettings()));
}

}  // namespace
}  // namespace roformer::attention
