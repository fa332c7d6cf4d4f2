#include "roformer/unicode/chinese_spacing.h"

#include <gtest/gtest.h>

namespace roformer::unicode {
namespace {

TEST(ChineseSpacing, BlanksStandBetweenWordsOfLettersOnly) {
  EXPECT_EQ(without_blanks_beside_chinese("我 爱 北 京 ， 你 呢 ？"), "我爱北京，你呢？");
  EXPECT_EQ(without_blanks_beside_chinese("我 用 debian linux 系 统"), "我用debian linux系统");
  EXPECT_EQ(without_blanks_beside_chinese("a cat  sat ."), "a cat sat .");
  EXPECT_EQ(without_blanks_beside_chinese("。 a"), "。a");
  EXPECT_EQ(without_blanks_beside_chinese(""), "");
  EXPECT_EQ(without_blanks_beside_chinese(" a "), " a");
  EXPECT_EQ(without_blanks_beside_chinese("\xff 京"), "\xff京");
}

}  // namespace
}  // namespace roformer::unicode
