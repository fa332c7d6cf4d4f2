#include "roformer/checkpoint/encoding_keys.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"
#include "tests/position/variants.h"

namespace roformer::checkpoint {
namespace {

using nlohmann::json;
using position::EncodingSettings;

EncodingSettings read(const json& object) {
  EncodingSettings settings;
  read_encoding_keys(ConfigReader(object, "x.json"), settings);
  return settings;
}

json all_of(const EncodingSettings& settings) {
  json object = {{"position_encoding", settings.name}};
  position::for_each_option(
      settings, [&](const base::Option& option, const auto& value) { object[option.key] = value; });
  return object;
}

// Every variant goes through the file and back; only what is not as usual is written.
TEST(EncodingKeys, WrittenAsRead) {
  for (const position::Variant& variant : position::all_variants()) {
    SCOPED_TRACE(variant.label);
    json object = {{"position_encoding", variant.settings.name}};
    write_encoding_keys(variant.settings, {}, object);
    EXPECT_EQ(all_of(read(object)), all_of(variant.settings));
    EncodingSettings plain;
    plain.name = variant.settings.name;
    json nothing = json::object();
    write_encoding_keys(plain, {}, nothing);
    EXPECT_EQ(nothing, json::object());
  }
}

TEST(EncodingKeys, KeysOfOtherEncodingsAreLeftAloneAndErased) {
  json object = {{"position_encoding", "shaw"},
                 {"shaw_clip", 8},
                 {"rope_theta", "not read"},
                 {"rotary_value", true}};
  EXPECT_EQ(read(object).shaw_clip, 8);
  write_encoding_keys(read(object), {}, object);
  EXPECT_EQ(object.at("shaw_clip"), 8);
  EXPECT_FALSE(object.contains("rope_theta"));
  EXPECT_TRUE(object.contains("rotary_value"));  // the caller's
  object["position_encoding"] = "spiral";
  expect_error({"x.json", "position_encoding", "spiral"}, [&] { read(object); });
}

TEST(EncodingKeys, UsualIsWhatTheCallerSays) {
  EncodingSettings usual;
  usual.rope_theta = 500;
  json object = json::object();
  write_encoding_keys({}, usual, object);
  EXPECT_EQ(object, (json{{"rope_theta", 10000.0}}));
}

}  // namespace
}  // namespace roformer::checkpoint
