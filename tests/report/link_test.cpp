#include "roformer/report/link.h"

#include <gtest/gtest.h>

namespace roformer::report {
namespace {

TEST(Link, ATargetIsRelativeAndNothingElse) {
  EXPECT_EQ(relative_url("roformer-seed1/recipe.toml"), "./roformer-seed1/recipe.toml");
  EXPECT_EQ(relative_url("a b#c?d=\"e\"&f"), "./a%20b%23c%3Fd%3D%22e%22%26f");
  EXPECT_EQ(relative_url("javascript:alert(1)"), "./javascript%3Aalert%281%29");
  EXPECT_EQ(relative_url("é"), "./%C3%A9");
}

TEST(Link, TextIsEscaped) {
  EXPECT_EQ(html_link({"<b>", "x'y"}), "<a href=\"./x%27y\">&lt;b&gt;</a>");
}

}  // namespace
}  // namespace roformer::report
