#include "roformer/text/added_token_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

TEST(AddedTokenJson, ThereAndBack) {
  const json list = json::parse(R"([{"id": 4, "content": "<a>", "single_word": true, "lstrip": true,
      "rstrip": false, "normalized": false, "special": true}])");
  const auto tokens = parse_added_tokens(list, "f.json");
  ASSERT_EQ(tokens.size(), 1u);
  EXPECT_EQ(tokens[0].id, 4);
  EXPECT_TRUE(tokens[0].single_word && tokens[0].lstrip && tokens[0].special);
  EXPECT_FALSE(tokens[0].rstrip || tokens[0].normalized);
  EXPECT_EQ(json(make_added_token(tokens[0])), list[0]);
}

TEST(AddedTokenJson, DefaultsAndDoubles) {
  const auto tokens =
      parse_added_tokens(json::parse(R"([{"content": "a"}, {"content": "b", "special": true},
                      {"content": "a", "id": 9}])"),
                         "f.json");
  ASSERT_EQ(tokens.size(), 2u);
  EXPECT_EQ(tokens[0].id, 9);  // the later one of equal content
  EXPECT_TRUE(tokens[0].normalized);
  EXPECT_FALSE(tokens[1].normalized);  // specials are found in the raw text
  EXPECT_EQ(tokens[1].id, -1);
  EXPECT_TRUE(parse_added_tokens(nullptr, "f.json").empty());
  EXPECT_TRUE(parse_added_tokens_decoder(nullptr, "f.json").empty());
}

TEST(AddedTokenJson, ById) {
  const auto tokens =
      parse_added_tokens_decoder(json::parse(R"({"12": {"content": "a"}})"), "f.json");
  ASSERT_EQ(tokens.size(), 1u);
  EXPECT_EQ(tokens[0].id, 12);
}

TEST(AddedTokenJson, ErrorsNameTheFile) {
  const auto of_list = [](const char* text) {
    return tests::error_message([&] { parse_added_tokens(json::parse(text), "f.json"); });
  };
  const auto of_object = [](const char* text) {
    return tests::error_message([&] { parse_added_tokens_decoder(json::parse(text), "f.json"); });
  };
  EXPECT_TRUE(tests::has_text(of_list("{}"), "f.json: expected added_tokens to be a list"));
  EXPECT_TRUE(tests::has_text(of_list("[1]"), "f.json: expected an added token but got 1"));
  EXPECT_TRUE(tests::has_text(of_list("[{}]"), "an added token with its content"));
  EXPECT_TRUE(tests::has_text(of_object("[]"), "added_tokens_decoder to be an object"));
  for (const char* id : {"", "-1", "1e3", "9999999999"}) {
    const json object = {{id, {{"content", "a"}}}};
    EXPECT_TRUE(tests::has_text(of_object(object.dump().c_str()), "expected ids as the keys"))
        << id;
  }
}

TEST(AddedTokenJson, AStringIsSpecialAnObjectSaysWhatItIs) {
  const auto parse = [](const char* text, bool special) {
    return parse_added_token(ordered_json::parse(text), special, "mask_token", "f.json");
  };
  EXPECT_TRUE(parse(R"("x")", false).special);
  EXPECT_FALSE(parse(R"("x")", false).normalized);
  EXPECT_TRUE(parse(R"({"content": "x"})", false).normalized);
  EXPECT_FALSE(parse(R"({"content": "x"})", true).normalized);
  EXPECT_TRUE(parse(R"({"content": "x", "single_word": true})", true).single_word);
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { parse("[]", true); }),
                              "f.json: key mask_token: expected a token but got []"));
}

}  // namespace
}  // namespace roformer::text
