#include "roformer/labelled/json_lines.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

std::string json_error(std::string_view text) {
  return tests::error_message([&] { read_json_lines(text, "f"); });
}

TEST(LabelledJsonLines, ObjectsOfDifferentKeys) {
  const Table table = read_json_lines(
      "{\"text\": \"one\", \"label\": 3}\r\n{\"more\": null, \"label\": \"x\"}\n\n", "f");
  EXPECT_EQ(table.columns(), (std::vector<std::string>{"label", "text", "more"}));
  ASSERT_EQ(table.num_rows(), 2);
  EXPECT_EQ(table.text(0, 1), "one");
  EXPECT_EQ(table.value(0, 0), "3");
  EXPECT_EQ(table.value(1, 0), "x");
  EXPECT_EQ(table.line(1), 2);
  const auto text_error = [&](std::int64_t row, std::int64_t column) {
    return tests::error_message([&] { table.text(row, column); });
  };
  EXPECT_EQ(text_error(0, 0), "[labelled] f:1: expected text under 'label' but got a number");
  EXPECT_EQ(text_error(1, 1), "[labelled] f:2: expected text under 'text' but got no such key");
  EXPECT_EQ(tests::error_message([&] { table.value(1, 2); }),
            "[labelled] f:2: expected text or a number under 'more' but got null");
}

TEST(LabelledJsonLines, Values) {
  const Table table = read_json_lines(
      "{\"a\": 3.80, \"b\": true, \"c\": [1], \"d\": {}, \"e\": -7, \"f\": 1.0}", "f");
  EXPECT_EQ(table.value(0, 0), "3.8");
  EXPECT_EQ(table.value(0, 1), "true");
  EXPECT_EQ(table.value(0, 4), "-7");
  EXPECT_EQ(table.value(0, 5), "1.0");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { table.value(0, 2); }), "got a list"));
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { table.value(0, 3); }), "got an object"));
}

TEST(LabelledJsonLines, Escapes) {
  const Table table = read_json_lines("{\"a\": \"\\ud83d\\ude00 \\u00e9\\n\\t\\\"\\\\\\/\"}", "f");
  EXPECT_EQ(table.text(0, 0), "😀 é\n\t\"\\/");
  for (const char* lone : {"\\ud83d", "\\ude00", "\\ud83d\\u0041"})
    EXPECT_TRUE(json_error("{\"a\": 1}\n{\"a\": \"" + std::string(lone) + "\"}")
                    .starts_with("[base] f:2: expected JSON"))
        << lone;
  EXPECT_EQ(json_error("{\"a\": \"\\u0000\"}"),
            "[labelled] f:1: expected text but got a NUL (\\u0000) in it");
}

TEST(LabelledJsonLines, WhatIsNoObject) {
  EXPECT_EQ(json_error(""), "[labelled] f:1: expected JSON objects but got an empty file");
  EXPECT_EQ(json_error("{}\n\n{}"), "[labelled] f:2: expected a JSON object but got an empty line");
  EXPECT_EQ(json_error("{}\n[1]\n"), "[labelled] f:2: expected a JSON object but got a list");
  EXPECT_EQ(json_error("{}\n3"), "[labelled] f:2: expected a JSON object but got number");
  EXPECT_TRUE(json_error("{}\n{\"a\": }\n").starts_with("[base] f:2: expected JSON but got"));
  EXPECT_TRUE(json_error("{\"a\": 1, \"a\": 2}").starts_with("[base] f:1: expected each key once"));
  EXPECT_TRUE(json_error("{").starts_with("[base] f:1: "));
}

TEST(LabelledJsonLines, KeysThatAreValues) {
  std::string text;
  for (int i = 0; i <= 1000; ++i) text += "{\"" + std::to_string(i) + "\": 1}\n";
  EXPECT_EQ(json_error(text),
            "[labelled] f:1001: expected the same keys in each line but got more than 1000 in all");
}

}  // namespace
}  // namespace roformer::labelled
