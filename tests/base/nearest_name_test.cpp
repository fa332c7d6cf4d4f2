#include "roformer/base/nearest_name.h"

#include <gtest/gtest.h>

namespace roformer::base {
namespace {

TEST(NearestName, DistancesOfWords) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("embd", "embed"), 1u);
}

TEST(NearestName, FindsWhatWasMeant) {
  const std::vector<std::string> names = {"learned", "rotary", "alibi"};
  EXPECT_EQ(nearest_name("rotray", names), "rotary");
  EXPECT_EQ(nearest_name("x", {}), std::nullopt);
  EXPECT_EQ(did_you_mean("rotray", names), ", did you mean 'rotary'?");
  EXPECT_EQ(did_you_mean("translation", names), "");  // nothing is near
  EXPECT_EQ(did_you_mean("rope", {"none", "rotary"}), "");
}

}  // namespace
}  // namespace roformer::base
