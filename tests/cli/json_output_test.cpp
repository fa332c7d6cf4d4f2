#include "roformer/cli/json_output.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/checkpoint/expect_error.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

// Laid out as Python's json.dumps(…, ensure_ascii=False) does.
TEST(JsonOutput, AnAnswerIsOneLineWithSpaces) {
  const ordered_json answer = {{"text", "a,\n\"b\"\t: {[,]}"},
                               {"empty", ordered_json::array()},
                               {"none", ordered_json::object()},
                               {"rows", {{1, 2.5}, {-3, 1e-7}}},
                               {"nested", {{"b", true}, {"a", nullptr}}}};
  EXPECT_EQ(
      json_answer(answer, 1),
      R"({"text": "a,\n\"b\"\t: {[,]}", "empty": [], "none": {}, "rows": [[1, 2.5], [-3, 1e-07]], )"
      R"("nested": {"b": true, "a": null}})");
  EXPECT_EQ(ordered_json::parse(json_answer(answer, 1)), answer);
  EXPECT_EQ(json_answer(ordered_json::array(), 1), "[]");
}

TEST(JsonOutput, AReportHasNoSpaces) {
  EXPECT_EQ(json_report({{"b", {1, 2}}, {"a", "x y"}}, "report"), R"({"b":[1,2],"a":"x y"})");
}

TEST(JsonOutput, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(json_report("a\xFF\xE6\xBC"
                        "b",
                        "report"),
            "\"a\uFFFD\uFFFDb\"");
  EXPECT_EQ(json_answer({{"text", "漢\u2028"}}, 1), "{\"text\": \"漢\u2028\"}");
}

TEST(JsonOutput, NumbersWithoutAWordAreErrors) {
  const auto expect_refused = [](double number, const char* word) {
    const ordered_json json = {{"fine", 1.5}, {"list", {{{"score", {1.0, number}}}}}};
    checkpoint::expect_error({"line 17", "score", word}, [&] { json_answer(json, 17); });
    checkpoint::expect_error({"figures", "score", word}, [&] { json_report(json, "figures"); });
  };
  expect_refused(std::nan(""), "got nan");
  expect_refused(-std::nan(""), "got nan");
  expect_refused(HUGE_VAL, "got inf");
  expect_refused(-HUGE_VAL, "got -inf");
  EXPECT_EQ(json_report(std::numeric_limits<double>::max(), "x"), "1.7976931348623157e+308");
}

TEST(JsonOutput, FloatsHaveTheirOwnDigits) {
  EXPECT_EQ(json_report(shortest_decimal(0.1f), "x"), "0.1");
  EXPECT_EQ(json_report(shortest_decimal(-16777216.0f), "x"), "-16777216.0");
  for (const float number : {1e-45f, 3.4028235e38f, -0.0f, 1.0f / 3, 123456.79f}) {
    EXPECT_EQ(static_cast<float>(shortest_decimal(number)), number);
    EXPECT_EQ(std::signbit(shortest_decimal(number)), std::signbit(number));
  }
  EXPECT_TRUE(std::isnan(shortest_decimal(std::nanf(""))));
  EXPECT_TRUE(std::isinf(shortest_decimal(HUGE_VALF)));
}

TEST(JsonOutput, RoundsToSignificantDigits) {
  EXPECT_EQ(rounded(0.123456789, 6), 0.123457);
  EXPECT_EQ(rounded(1.23456789e-12, 6), 1.23457e-12);
  EXPECT_EQ(rounded(0.9999999, 6), 1.0);
  EXPECT_EQ(rounded(0, 6), 0);
  EXPECT_EQ(rounded(-123456.7, 3), -123000.0);
}

}  // namespace
}  // namespace roformer::cli
