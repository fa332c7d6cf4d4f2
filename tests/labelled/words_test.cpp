#include "roformer/labelled/words.h"

#include <gtest/gtest.h>

namespace roformer::labelled {
namespace {

TEST(LabelledWords, ShortAndOnOneLine) {
  EXPECT_EQ(in_brief("naïve"), "naïve");
  EXPECT_EQ(in_brief("a\nb\t\x7F"), "a?b??");
  EXPECT_EQ(in_brief(std::string(60, 'x')), std::string(60, 'x'));
  EXPECT_EQ(in_brief(std::string(61, 'x')), std::string(60, 'x') + "…");
  EXPECT_EQ(in_brief("\xFF"), "\xEF\xBF\xBD");
}

TEST(LabelledWords, SomeOfManyNames) {
  EXPECT_EQ(in_brief(std::vector<std::string>{}), "");
  EXPECT_EQ(in_brief(std::vector<std::string>{"a", "b"}), "a, b");
  const std::string many = in_brief(std::vector<std::string>(22, "n"));
  EXPECT_TRUE(many.ends_with("n and 2 more")) << many;
}

}  // namespace
}  // namespace roformer::labelled
