#include "roformer/text/json_values.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;

const json kObject = json::parse(
    R"({"flag": true, "count": 3, "word": "w", "none": null, "half": 0.5, "large": 3000000000,
        "token": {"content": "[X]"}, "list": [1]})");

std::string value_error(const std::function<void()>& action) {
  return tests::error_message(action);
}

TEST(JsonValues, AValueOrTheFallback) {
  EXPECT_EQ(get(kObject, "flag", false, "f"), true);
  EXPECT_EQ(get(kObject, "count", std::int64_t{1}, "f"), 3);
  EXPECT_EQ(get(kObject, "absent", std::int64_t{1}, "f"), 1);
  EXPECT_EQ(get(kObject, "none", std::int64_t{1}, "f"), 1);
  EXPECT_EQ(get<std::string>(kObject, "word", "", "f"), "w");
}

TEST(JsonValues, OtherTypesAreErrorsThatNameFileAndKey) {
  for (const char* key : {"half", "large", "word", "flag"}) {
    const std::string found = value_error([&] { get(kObject, key, std::int32_t{0}, "file.json"); });
    EXPECT_TRUE(tests::has_text(found, "file.json: key " + std::string(key))) << found;
  }
  EXPECT_TRUE(tests::has_text(value_error([] { get(kObject, "count", false, "file.json"); }),
                              "file.json: key count"));
}

TEST(JsonValues, Tokens) {
  EXPECT_EQ(get_token(kObject, "token", "", "f"), "[X]");
  EXPECT_EQ(get_token(kObject, "word", "", "f"), "w");
  EXPECT_EQ(get_token(kObject, "absent", "[Y]", "f"), "[Y]");
  EXPECT_TRUE(
      tests::has_text(value_error([] { get_token(kObject, "list", "", "f"); }), "key list"));
}

TEST(JsonValues, LengthsThatSayNone) {
  EXPECT_EQ(get_model_max_length(json{{"model_max_length", 512}}, "f"), 512);
  EXPECT_EQ(get_model_max_length(json{{"model_max_length", 1e30}}, "f"), 0);
  EXPECT_EQ(get_model_max_length(json{{"model_max_length", -1}}, "f"), 0);
  EXPECT_EQ(get_model_max_length(json::object(), "f"), 0);
}

TEST(JsonValues, TypesOfParts) {
  EXPECT_EQ(type_of(json{{"type", "Strip"}}, "normalizer", "f"), "Strip");
  for (const json& part : {json(3), json::object(), json{{"type", 1}}}) {
    EXPECT_TRUE(tests::has_text(value_error([&] { type_of(part, "normalizer", "f.json"); }),
                                "f.json: normalizer: expected an object with a type"));
  }
  EXPECT_EQ(value_error([] { fail_unsupported("Nmt", "normalizer", "f.json", "NFC and NFD"); }),
            "[text] f.json: normalizer: Nmt is not supported; NFC and NFD are");
}

TEST(JsonValues, Excerpts) {
  EXPECT_EQ(excerpt(json{{"a", "\xFF"}}), R"({"a":"\ufffd"})");
  const std::string cut = excerpt(json(std::string(500, 'x')));
  EXPECT_EQ(cut, "\"" + std::string(199, 'x') + "…");
}

}  // namespace
}  // namespace roformer::text
