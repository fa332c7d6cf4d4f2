#include "roformer/text/added_tokens.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using TokenIds = std::vector<std::pair<std::string, std::int32_t>>;

TokenIds ids_of(const std::vector<AddedToken>& tokens) {
  TokenIds ids;
  for (const AddedToken& token : tokens) ids.emplace_back(token.content, token.id);
  return ids;
}

StatedTokens some_tokens() {
  StatedTokens stated;
  stated.named["mask_token"] = AddedToken{.content = "<m>", .special = false};
  stated.named["bos_token"] = AddedToken{.content = "<b>", .single_word = true};
  stated.named["pad_token"] = std::nullopt;
  stated.others = {{.content = "<o>"}, {.content = "a"}, {.content = "<m>"}};
  stated.added = {{.content = "<d>", .id = 9, .special = false}};
  return stated;
}

TEST(AddedTokens, ByOrderTheyFollowTheVocabulary) {
  Vocabulary vocabulary({"[UNK]", "a"});
  const auto tokens =
      number_by_order(some_tokens(), {{.content = "<f>", .id = 2}}, vocabulary, "f");
  EXPECT_EQ(ids_of(tokens),
            (TokenIds{{"a", 1}, {"<f>", 2}, {"<d>", 3}, {"<b>", 4}, {"<m>", 5}, {"<o>", 6}}));
  EXPECT_EQ(vocabulary.size(), 7);
  EXPECT_EQ(vocabulary.find("<o>"), 6);
  EXPECT_TRUE(tokens[4].special);  // being named
  EXPECT_FALSE(tokens[2].special);
  EXPECT_TRUE(tokens[2].appended && !tokens[0].appended);
}

TEST(AddedTokens, ByIdTheyStayWhereTheyAre) {
  Vocabulary vocabulary({"[UNK]", "a"});
  const auto tokens = number_by_id(some_tokens(), vocabulary, "f");
  EXPECT_EQ(ids_of(tokens), (TokenIds{{"a", 1}, {"<b>", 3}, {"<m>", 4}, {"<o>", 5}, {"<d>", 9}}));
  EXPECT_FALSE(tokens[1].single_word);  // flags count where an id is stated
  EXPECT_EQ(vocabulary.size(), 10);
  EXPECT_FALSE(vocabulary.holds(2) || vocabulary.holds(8));
}

TEST(AddedTokens, OfEqualTokensTheLastHasItsFlags) {
  Vocabulary vocabulary({"[UNK]"});
  StatedTokens stated;
  stated.added = {{.content = "x", .id = 1, .special = false, .lstrip = true},
                  {.content = "x", .id = 5, .special = true}};
  const auto tokens = number_by_order(stated, {}, vocabulary, "f");
  ASSERT_EQ(tokens.size(), 1u);
  EXPECT_TRUE(!tokens[0].lstrip && tokens[0].special);
  stated.others = {{.content = "x", .special = false, .rstrip = true}};
  EXPECT_FALSE(number_by_order(stated, {}, vocabulary, "f")[0].rstrip);  // it is listed before
}

// The reference counts words, not lines: where a line is there twice, the first free id is taken.
TEST(AddedTokens, IdsThatCollideAreRefused) {
  Vocabulary gap = Vocabulary::with_gaps({"[UNK]", std::nullopt, "a"});
  StatedTokens stated;
  stated.others = {{.content = "x"}};
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { number_by_order(stated, {}, gap, "f"); }),
                      "[text] f: expected a free id for the added token 'x' but 2 is that of 'a'"));
  Vocabulary vocabulary({"[UNK]", "a"});
  stated = {};
  stated.added = {{.content = "a", .id = 7}};
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { number_by_id(stated, vocabulary, "f"); }),
                              "to have its id 1 of the vocabulary but got 7"));
  stated.added = {{.content = "b", .id = 70'000}};
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { number_by_id(stated, vocabulary, "f"); }),
                              "to have the id 2 but got 70000"));
}

}  // namespace
}  // namespace roformer::text
