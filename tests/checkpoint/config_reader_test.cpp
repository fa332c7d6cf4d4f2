#include "roformer/checkpoint/config_reader.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::checkpoint {
namespace {

using nlohmann::json;

const json object = {
    {"whole", 7},      {"share", 0.5},     {"yes", true},         {"word", "text"},
    {"null", nullptr}, {"list", {1, 2.5}}, {"mixed", {1, "two"}}, {"huge", 18446744073709551615u}};

TEST(ConfigReader, ReadsWhatIsThereAndKeepsWhatIsNot) {
  const ConfigReader reader(object, "x.json");
  EXPECT_EQ(reader.integer("whole", 1), 7);
  EXPECT_EQ(reader.integer("absent", 1), 1);
  EXPECT_EQ(reader.number("whole", 0), 7.0);
  EXPECT_EQ(reader.number("share", 0), 0.5);
  EXPECT_TRUE(reader.boolean("yes", false));
  EXPECT_EQ(reader.string("word", ""), "text");
  EXPECT_TRUE(reader.has("whole"));
  EXPECT_FALSE(reader.has("null") || reader.has("absent"));
  std::vector<double> list = {9};
  reader.read("absent", list);
  EXPECT_EQ(list, std::vector<double>{9});
  reader.read("list", list);
  EXPECT_EQ(list, (std::vector<double>{1, 2.5}));
  std::optional<double> share;
  reader.read("share", share);
  EXPECT_EQ(share, 0.5);
}

TEST(ConfigReader, WrongTypesNameFileAndKey) {
  const ConfigReader reader(object, "x.json");
  EXPECT_EQ(reader.place(), "[checkpoint] x.json");
  expect_error({"x.json", "share", "whole number", "0.5"}, [&] { reader.integer("share", 1); });
  expect_error({"huge", "whole number"}, [&] { reader.integer("huge", 1); });
  expect_error({"word", "a number", "\"text\""}, [&] { reader.number("word", 1); });
  expect_error({"whole", "true or false"}, [&] { reader.boolean("whole", true); });
  EXPECT_EQ(reader.string("null", "absent"), "absent");  // as transformers takes it
  std::vector<double> list;
  expect_error({"mixed", "array of numbers"}, [&] { reader.read("mixed", list); });
  expect_error({"word", "array of numbers"}, [&] { reader.read("word", list); });
  expect_error({"x.json", "object", "array"}, [] { ConfigReader(json::array(), "x.json"); });
}

TEST(ConfigReader, WhatMustBeAbsentOrOneThing) {
  const ConfigReader reader(object, "x.json");
  EXPECT_NO_THROW(reader.require_absent_or("absent", true, ""));
  EXPECT_NO_THROW(reader.require_absent_or("null", true, ""));
  EXPECT_NO_THROW(reader.require_absent_or("yes", true, ""));
  expect_error({"yes", "false (it is so)", "true"},
               [&] { reader.require_absent_or("yes", false, "it is so"); });
}

}  // namespace
}  // namespace roformer::checkpoint
