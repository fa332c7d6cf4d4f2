#include "roformer/report/palette.h"

#include <gtest/gtest.h>

#include <set>

namespace roformer::report {
namespace {

TEST(Palette, TheSidesOfEveryComparisonHaveOneColourEach) {
  for (const char* name : {"RoFormer", "RoPE"}) EXPECT_EQ(colour_of(name), colour_of("rotary"));
  for (const char* name : {"BERT", "Transformer", "no RoPE"})
    EXPECT_EQ(colour_of(name), colour_of("none")) << name;
  EXPECT_NE(colour_of("rotary"), colour_of("none"));
}

TEST(Palette, EachEncodingHasAColourOfItsOwn) {
  std::set<std::string> colours;
  const auto names = {"rotary", "none",    "sinusoidal", "learned",     "shaw",  "transformer_xl",
                      "t5",     "tupe",    "deberta",    "alibi",       "music", "complex",
                      "huang",  "floater", "nezha",      "clipped_bias"};
  for (const char* name : names) EXPECT_TRUE(colours.insert(colour_of(name)).second) << name;
}

TEST(Palette, UnknownNamesAndPlacesHaveColoursToo) {
  EXPECT_EQ(colour_of("a model of tomorrow"), colour_of("a model of tomorrow"));
  for (const std::string& colour : {colour_of(""), colour_of("new"), colour_at(0), colour_at(1000)})
    EXPECT_EQ(colour.size(), 7U) << colour;
  EXPECT_NE(colour_at(0), colour_at(1));
}

}  // namespace
}  // namespace roformer::report
