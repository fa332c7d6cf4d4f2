#include "roformer/format/printable.h"

#include <gtest/gtest.h>

namespace roformer::format {
namespace {

TEST(Printable, IsOneShortLineOfAscii) {
  EXPECT_EQ(printable("bert.pooler ~"), "bert.pooler ~");
  EXPECT_EQ(printable("a\nb\t\x1b[31m\x7f\xc3\xa9"), "a?b??[31m???");
  EXPECT_EQ(printable(std::string(120, 'x')), std::string(120, 'x'));
  EXPECT_EQ(printable(std::string(121, 'x')), std::string(120, 'x') + "...");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ListsNameTheFirstSix) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(printable(Names{}), "");
  EXPECT_EQ(printable(Names{"a", "b\n"}), "a, b?");
  EXPECT_EQ(printable(Names(6, "x")), "x, x, x, x, x, x");
  EXPECT_EQ(printable(Names(7, "x")), "x, x, x, x, x, x, …");
}

}  // namespace
}  // namespace roformer::format
