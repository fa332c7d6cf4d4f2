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

}  // namespace
}  // namespace roformer::format
