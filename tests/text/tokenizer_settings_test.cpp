#include "roformer/text/tokenizer_settings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using nlohmann::json;

TEST(TokenizerSettings, LaidOverAConfiguration) {
  TokenizerConfig config;
  config.normalizer.strip_accents = true;
  config.added_tokens = {{.content = "x", .id = 3, .special = false}};
  apply_tokenizer_config(json::parse(R"({"do_lower_case": false, "strip_accents": null,
      "tokenize_chinese_chars": false, "unk_token": {"content": "<unk>"}, "mask_token": "<m>",
      "model_max_length": 128, "tokenizer_class": "BertTokenizerFast",
      "added_tokens_decoder": {"7": {"content": "x", "special": true}, "8": {"content": "y"}}})"),
                         "f.json", config);
  EXPECT_FALSE(config.normalizer.lowercase || config.normalizer.tokenize_chinese_chars);
  EXPECT_EQ(config.normalizer.strip_accents, std::nullopt);
  EXPECT_EQ(config.unk_token, "<unk>");
  EXPECT_EQ(config.mask_token, "<m>");
  EXPECT_EQ(config.pad_token, "[PAD]");
  EXPECT_EQ(config.model_max_length, 128);
  EXPECT_EQ(config.tokenizer_class, "BertTokenizerFast");
  ASSERT_EQ(config.added_tokens.size(), 2u);
  EXPECT_EQ(config.added_tokens[0].id, 7);
  EXPECT_TRUE(config.added_tokens[0].special);
  EXPECT_TRUE(config.added_tokens[1].normalized);  // what is not special is
}

TEST(TokenizerSettings, OlderFiles) {
  TokenizerConfig config;
  apply_special_tokens_map(json{{"cls_token", "<s>"}}, "map.json", config);
  EXPECT_EQ(config.cls_token, "<s>");
  apply_added_tokens(json{{"<s>", 9}, {"word", 10}}, "added.json", config);
  apply_added_tokens(json{{"word", 11}}, "added.json", config);  // is known
  ASSERT_EQ(config.added_tokens.size(), 2u);
  EXPECT_TRUE(config.added_tokens[0].special && !config.added_tokens[0].normalized);
  EXPECT_EQ(config.added_tokens[1].id, 10);
  EXPECT_TRUE(!config.added_tokens[1].special && config.added_tokens[1].normalized);
}

TEST(TokenizerSettings, WhatIsWrittenReadsBack) {
  TokenizerConfig config, again;
  config.normalizer = {.tokenize_chinese_chars = false, .strip_accents = true, .lowercase = false};
  config.sep_token = "<e>";
  config.model_max_length = 77;
  apply_tokenizer_config(json(make_tokenizer_config(config)), "f.json", again);
  EXPECT_EQ(again.normalizer.strip_accents, std::optional(true));
  EXPECT_FALSE(again.normalizer.lowercase || again.normalizer.tokenize_chinese_chars);
  EXPECT_EQ(again.sep_token, "<e>");
  EXPECT_EQ(again.model_max_length, 77);
}

TEST(TokenizerSettings, ErrorsNameFileAndKey) {
  TokenizerConfig config;
  const auto message = [&](const char* text) {
    return tests::error_message(
        [&] { apply_tokenizer_config(json::parse(text), "f.json", config); });
  };
  EXPECT_TRUE(tests::has_text(message("[]"), "f.json: expected a JSON object"));
  EXPECT_TRUE(tests::has_text(message(R"({"strip_accents": 3})"), "f.json: key strip_accents"));
  EXPECT_TRUE(
      tests::has_text(message(R"({"added_tokens_decoder": {"x": {"content": "y"}}})"), "'x'"));
}

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

}  // namespace
}  // namespace roformer::text
