#include "roformer/text/stated_tokens.h"

#include <gtest/gtest.h>

#include "roformer/text/tokenizer_kinds.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

class StatedTokensTest : public ::testing::Test {
 protected:
  StatedTokens read(const std::vector<AddedToken>& of_json = {}) const {
    return read_stated_tokens(TokenizerFolder(folder_.path()), of_json);
  }
  void write(const char* name, const char* text) const { folder_.write(name, text); }
  static std::vector<std::string> contents(const std::vector<AddedToken>& tokens) {
    std::vector<std::string> names;
    for (const AddedToken& token : tokens) names.push_back(token.content);
    return names;
  }

  tests::TestFolder folder_;
};

using TokenNames = std::vector<std::string>;

TEST_F(StatedTokensTest, NothingIsStated) {
  const StatedTokens stated = read();
  EXPECT_TRUE(stated.named.empty() && stated.others.empty() && stated.added.empty());
  EXPECT_EQ(stated.content("mask_token", "[MASK]"), "[MASK]");
}

TEST_F(StatedTokensTest, NamesNullAndTheOrderOfTheFile) {
  write("tokenizer_config.json", R"({"mask_token": null, "cls_token": {"content": "<c>",
      "lstrip": true}, "z_token": "<z>", "a_token": "<a>",
      "additional_special_tokens": ["<y>", {"content": "<x>", "single_word": true}]})");
  const StatedTokens stated = read();
  EXPECT_EQ(stated.content("mask_token", "[MASK]"), "");
  EXPECT_EQ(stated.content("cls_token", "[CLS]"), "<c>");
  EXPECT_TRUE(stated.named.at("cls_token")->lstrip);
  EXPECT_EQ(contents(stated.others), (TokenNames{"<z>", "<a>", "<y>", "<x>"}));
  EXPECT_TRUE(stated.others[3].single_word);
}

TEST_F(StatedTokensTest, TheOlderFilesCountWithoutADecoder) {
  write("special_tokens_map.json", R"({"mask_token": {"content": "<m>", "single_word": true},
      "additional_special_tokens": ["<X>"]})");
  write("added_tokens.json", R"({"<X>": 9, "<m>": 8})");
  StatedTokens stated = read({{.content = "of json", .id = 7}});
  EXPECT_EQ(contents(stated.added), (TokenNames{"of json", "<m>", "<X>"}));
  EXPECT_TRUE(stated.added[1].special);
  EXPECT_FALSE(stated.added[2].special);  // the map's older key is not asked for it
  EXPECT_FALSE(stated.named.at("mask_token")->single_word);  // as added_tokens.json has it
  EXPECT_EQ(contents(stated.others), TokenNames{"<X>"});
  write("tokenizer_config.json", R"({"added_tokens_decoder": {"5": {"content": "<d>"}}})");
  stated = read({{.content = "of json", .id = 7}});
  EXPECT_EQ(contents(stated.added), TokenNames{"<d>"});
  EXPECT_TRUE(stated.named.empty() && stated.others.empty());
}

TEST_F(StatedTokensTest, TheMapAddsToAListOfTheNewerKeyAlone) {
  write("tokenizer_config.json", R"({"extra_special_tokens": []})");
  write("special_tokens_map.json", R"({"additional_special_tokens": ["<x>"]})");
  EXPECT_TRUE(read().others.empty());
  write("tokenizer_config.json", R"({"extra_special_tokens": ["<y>"]})");
  write("special_tokens_map.json", R"({"extra_special_tokens": ["<x>", "<y>"]})");
  EXPECT_EQ(contents(read().others), (TokenNames{"<y>", "<x>"}));
}

TEST_F(StatedTokensTest, ErrorsNameFileAndKey) {
  write("tokenizer_config.json", R"({"extra_special_tokens": [3]})");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { read(); }),
                              "tokenizer_config.json: key extra_special_tokens"));
  write("tokenizer_config.json", R"({"extra_special_tokens": 3})");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { read(); }), "expected a list of tokens"));
  write("tokenizer_config.json", "{}");
  write("added_tokens.json", "[]");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { read(); }), "added_tokens.json"));
}

}  // namespace
}  // namespace roformer::text
