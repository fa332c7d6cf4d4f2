#include "roformer/base/json_text.h"

#include <gtest/gtest.h>

#include <string>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::base {
namespace {

using tests::error_message;
using tests::has_text;

std::string nested_arrays(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonText, DepthIsLimited) {
  EXPECT_EQ(parse_json(nested_arrays(3), "x.json", 3).dump(), "[[[]]]");
  EXPECT_THROW(parse_json(nested_arrays(4), "x.json", 3), Error);
  EXPECT_NO_THROW(parse_json(nested_arrays(default_json_depth), "x.json"));
  for (const char* level : {"[", "{\"a\":", "[{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += level;
    const auto message = error_message([&] { parse_json(text, "x.json"); });
    EXPECT_TRUE(has_text(message, "x.json: expected at most 64 levels")) << message;
  }
  EXPECT_THROW(parse_json(nested_arrays(100'000), "x.json"), Error);
}

TEST(JsonText, EachKeyOnce) {
  EXPECT_EQ(parse_json(R"({"a": {"b": 1}, "b": [{"a": 2}]})", "x").at("b").at(0).at("a"), 2);
  const auto message = error_message([] { parse_json(R"({"a": 1, "b": 2, "a": 1})", "x.json"); });
  EXPECT_TRUE(has_text(message, "'a' twice")) << message;
}

TEST(JsonText, ErrorsNameFileAndLineInAscii) {
  const auto message = error_message([] { parse_json("{\n\"a\": \xC3\xA9}", "x.json"); });
  EXPECT_TRUE(has_text(message, "x.json: expected JSON")) << message;
  EXPECT_TRUE(has_text(message, "line 2")) << message;
  for (const char c : message) EXPECT_TRUE(c >= ' ' && c <= '~') << message;
  for (const char* text : {"", "{", "[1,]", "1e999", "nul"}) {
    EXPECT_THROW(parse_json(text, "x.json"), Error) << text;
  }
}

}  // namespace
}  // namespace roformer::base
