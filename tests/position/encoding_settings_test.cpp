#include "roformer/position/encoding_settings.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/base/test_files.h"

namespace roformer::position {
namespace {

using tests::error_message;

TEST(EncodingSettings, NamesInTheirOrder) {
  EXPECT_EQ(encoding_names(),
            (std::vector<std::string>{"none", "sinusoidal", "learned", "shaw", "music",
                                      "transformer_xl", "t5", "clipped_bias", "tupe", "deberta",
                                      "huang", "nezha", "alibi", "rotary", "complex", "floater"}));
  EXPECT_TRUE(tests::has_text(error_message([] { require_encoding("rotarry"); }),
                              "expected position_encoding to be one of none, sinusoidal"));
}

TEST(EncodingSettings, OptionsOfTheOneThatIsNamed) {
  EncodingSettings settings;
  settings.name = "shaw";
  std::vector<std::string> keys;
  for_each_option(settings, [&](const base::Option& option, auto& value) {
    keys.emplace_back(option.key);
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(value)>, std::int64_t>) value = 3;
  });
  EXPECT_EQ(keys, (std::vector<std::string>{"shaw_clip", "shaw_per_head"}));
  EXPECT_EQ(settings.shaw_clip, 3);
  EXPECT_EQ(settings.nezha_clip, 64);
  settings.name = "none";
  for_each_option(settings, [&](const base::Option& option, auto&) { FAIL() << option.key; });
}

// An encoding's keys are its own but for position_form, which four have.
TEST(EncodingSettings, KeysAndTheirReaders) {
  const EncodingSettings settings;
  std::multiset<std::string> keys;
  for_each_option_of_all(settings, [&](std::string_view, const base::Option& option, const auto&) {
    keys.insert(option.key);
    EXPECT_NE(std::string(option.about), "") << option.key;
  });
  for (const auto& key : keys) {
    const auto readers = readers_of(key);
    EXPECT_EQ(readers.size(), keys.count(key)) << key;
    EXPECT_EQ(readers.size(), key == "position_form" ? 4u : 1u) << key;
  }
  EXPECT_EQ(readers_of("position_form"),
            (std::vector<std::string>{"tupe", "deberta", "nezha", "complex"}));
  EXPECT_EQ(readers_of("xl_clamp"), std::vector<std::string>{"transformer_xl"});
  EXPECT_TRUE(readers_of("hidden_size").empty());
}

TEST(EncodingSettings, WhereSequencesEnd) {
  for (const auto& name : encoding_names()) {
    EncodingSettings settings;
    settings.name = name;
    const bool has_rows = name == "learned" || name == "huang" || name == "tupe";
    EXPECT_EQ(longest_sequence(settings, 20),
              has_rows ? std::optional<std::int64_t>(20) : std::nullopt)
        << name;
  }
}

TEST(EncodingSettings, ScoresOfPairs) {
  EncodingSettings settings;
  for (const char* name : {"none", "sinusoidal", "learned", "rotary", "floater"}) {
    settings.name = name;
    EXPECT_FALSE(acts_on_single_scores(settings)) << name;
  }
  for (const char* name : {"shaw", "music", "transformer_xl", "t5", "clipped_bias", "tupe",
                           "deberta", "huang", "nezha", "alibi", "complex"}) {
    settings.name = name;
    EXPECT_TRUE(acts_on_single_scores(settings)) << name;
  }
  settings.complex_form = "real";
  settings.name = "complex";
  EXPECT_FALSE(acts_on_single_scores(settings));
}

TEST(EncodingSettings, RotaryFitsItsModel) {
  EncodingSettings settings;
  EXPECT_NO_THROW(validate_for(settings, 8, 0));
  EXPECT_THROW(validate_for(settings, 7, 0), Error);
  EXPECT_NO_THROW(validate_for(settings, 7, 12));
  EXPECT_TRUE(tests::has_text(error_message([&] { validate_for(settings, 8, 25); }),
                              "number of features 25"));
  settings.rotary_dim = 6;
  EXPECT_NO_THROW(validate_for(settings, 7, 0));
  EXPECT_TRUE(tests::has_text(error_message([&] { validate_for(settings, 8, 12); }),
                              "feature_rotation = \"inputs\""));
  settings.rotary_dim = 10;
  EXPECT_THROW(validate_for(settings, 8, 0), Error);
  settings.name = "none";
  EXPECT_NO_THROW(validate_for(settings, 7, 7));
}

TEST(Encodings, SettingsOutOfRangeNameTheKey) {
  using Change = std::function<void(EncodingSettings&)>;
  const std::vector<std::pair<std::string, Change>> cases = {
      {"t5_buckets", [](auto& s) { s.t5_buckets = 30; }},
      {"t5_max_distance", [](auto& s) { s.t5_max_distance = 3; }},
      {"shaw_clip", [](auto& s) { s.shaw_clip = -1; }},
      {"position_form", [](auto& s) { s.name = "nezha", s.nezha_form = "v2"; }},
      {"complex_frequencies", [](auto& s) { s.complex_frequencies = "all"; }},
      {"floater_place", [](auto& s) { s.floater_place = "output"; }},
      {"floater_refresh", [](auto& s) { s.floater_refresh = 0; }},
      {"deberta_dropout", [](auto& s) { s.deberta_dropout = 1; }}};
  for (const auto& [key, change] : cases) {
    EncodingSettings settings;
    change(settings);
    const auto message = error_message([&] { validate(settings); });
    EXPECT_NE(message.find(key), std::string::npos) << key << ": " << message;
  }
}

}  // namespace
}  // namespace roformer::position
